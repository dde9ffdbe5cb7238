/**
 * Keys: pages say which key does what; the help dialog lists the same table, so it cannot be out of date.
 */

/**
 * @typedef {object} Key
 * @property {string[]} keys as KeyboardEvent.key has them, with "Ctrl+" or "Shift+" in front where needed
 * @property {string} label key of the text that says what it does
 * @property {string} group key of the heading in the help
 * @property {(event: KeyboardEvent) => void} run
 * @property {boolean} [repeat] whether holding the key repeats it
 * @property {() => boolean} [when] only then; otherwise another command may have the key
 */

/** @type {Key[][]} */
const layers = [];

/**
 * Adds keys until the returned function is called. The last layer that knows a key gets it.
 * @param {Key[]} keys
 * @returns {() => void}
 */
export function bindKeys(keys) {
    layers.push(keys);
    return () => {
        const index = layers.indexOf(keys);
        if (index >= 0) layers.splice(index, 1);
    };
}

/** Everything that a key does now, for the help. @returns {Key[]} */
export function boundKeys() {
    return layers.flat();
}

/** @param {KeyboardEvent} event */
function nameOf(event) {
    const single = event.key.length === 1;
    const key = single ? event.key.toLowerCase() : event.key;
    const shift = event.shiftKey && (!single || /[a-z]/.test(key)) ? "Shift+" : "";
    // AltGr writes "[" and "]" on German keyboards and says that Ctrl and Alt are down.
    if (event.getModifierState("AltGraph")) return key;
    return (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + shift + (event.altKey ? "Alt+" : "") + key;
}

/** Whether the person is writing, so that letters are no commands. @param {EventTarget|null} target */
export function isWriting(target) {
    if (!(target instanceof HTMLElement)) return false;
    if (target instanceof HTMLInputElement) return !["checkbox", "radio", "range", "button"].includes(target.type);
    return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Arrow keys belong to a focused control; letters do not. */
function belongsToControl(event) {
    const target = event.target;
    if (!(target instanceof HTMLElement)) return false;
    if (target instanceof HTMLInputElement && target.type === "range") return /^(Arrow|Page|Home|End)/.test(event.key);
    if (event.key === "Enter" || event.key === " ") return Boolean(target.closest("button, a, summary"));
    return false;
}

addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const name = nameOf(event);
    if (isWriting(event.target) && event.key !== "Escape") return;
    if (belongsToControl(event)) return;
    for (let layer = layers.length - 1; layer >= 0; layer -= 1) {
        const key = layers[layer].find((entry) => entry.keys.includes(name) && (entry.when?.() ?? true));
        if (!key) continue;
        event.preventDefault();
        if (!event.repeat || key.repeat) key.run(event);
        return;
    }
});
