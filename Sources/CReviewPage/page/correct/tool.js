/**
 * What a tool is. Tools work on the acquired slices: a correction is made where the scanner measured.
 *
 * @typedef {ReturnType<import("../viewer/view.js").View["placeOf"]>} Place
 * @typedef {object} Tool
 * @property {string} name
 * @property {string} [cursor] CSS cursor
 * @property {(place: Place, event: PointerEvent) => void} [down]
 * @property {(place: Place, event: PointerEvent) => void} [move]
 * @property {(place: Place, event: PointerEvent) => void} [up]
 * @property {(place: Place, event: PointerEvent) => void} [hover]
 * @property {(place: Place, event: MouseEvent) => void} [doubleClick]
 * @property {() => void} [leave]
 * @property {() => boolean} [finish] Enter; whether there was something to finish
 * @property {() => boolean} [cancel] Escape; whether there was something to cancel
 * @property {() => boolean} [back] Backspace; whether there was something to take back
 * @property {(context: CanvasRenderingContext2D, view: import("../viewer/view.js").View) => void} [draw] in CSS pixels
 */
export {};
