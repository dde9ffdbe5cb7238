export function learnPage(root) { root.textContent = 'learnPage'; return {}; }
