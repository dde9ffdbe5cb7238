/**
 * What the server reports by itself: changed jobs, training, system. One stream for the whole page.
 */

/** @type {Map<string, Set<(data: any) => void>>} */
const listeners = new Map();
/** @type {EventSource|null} */
let source = null;
let statusListener = (/** @type {boolean} */ _live) => {};

const KINDS = ["jobs", "training", "system"];

/** Opens the stream; the browser opens it again by itself after a break and says what it heard last. */
export function openEvents() {
    closeEvents();
    source = new EventSource("/api/events");
    source.onopen = () => statusListener(true);
    source.onerror = () => statusListener(false);
    for (const kind of KINDS) {
        source.addEventListener(kind, (event) => tell(kind, parse(event.data)));
    }
}

/** Closes the stream. */
export function closeEvents() {
    source?.close();
    source = null;
}

/**
 * Listens to one kind of event.
 * @param {"jobs"|"training"|"system"} kind
 * @param {(data: any) => void} listener
 * @returns {() => void} stops listening
 */
export function onEvent(kind, listener) {
    const set = listeners.get(kind) ?? new Set();
    listeners.set(kind, set.add(listener));
    return () => set.delete(listener);
}

/** @param {(live: boolean) => void} listener hears whether the stream stands */
export function onEventStatus(listener) {
    statusListener = listener;
}

function tell(kind, data) {
    for (const listener of listeners.get(kind) ?? []) listener(data);
}

function parse(text) {
    try {
        return JSON.parse(text);
    } catch {
        return {};
    }
}
