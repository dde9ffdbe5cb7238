export function systemPage(root) { root.textContent = 'systemPage'; return {}; }
