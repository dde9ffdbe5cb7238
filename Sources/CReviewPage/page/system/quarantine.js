export function quarantinePage(root) { root.textContent = 'quarantinePage'; return {}; }
