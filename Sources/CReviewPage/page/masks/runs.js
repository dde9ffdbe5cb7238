/**
 * Masks as the server sends them: base64 of unsigned LEB128 run lengths, background and foreground in turn beginning with
 * background, in the order slice, row, column; the background at the end is left out.
 */

/** @typedef {Map<number, Uint32Array>} SpansBySlice slices without a pixel are absent */

/** @param {string} text @returns {Uint8Array} */
function bytesOf(text) {
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let n = 0; n < bytes.length; n += 1) bytes[n] = binary.charCodeAt(n);
    return bytes;
}

/** @param {number[]} bytes */
function base64Of(bytes) {
    let binary = "";
    for (let n = 0; n < bytes.length; n += 8192) binary += String.fromCharCode(...bytes.slice(n, n + 8192));
    return btoa(binary);
}

/**
 * @param {string} text
 * @param {number} sliceSize pixels of a slice
 * @returns {SpansBySlice}
 */
export function decodeRuns(text, sliceSize) {
    const bytes = bytesOf(text);
    /** @type {Map<number, number[]>} */
    const lists = new Map();
    let position = 0;
    let foreground = false;
    let value = 0;
    let scale = 1;
    for (const byte of bytes) {
        value += (byte & 0x7f) * scale;
        scale *= 128;
        if (byte & 0x80) continue;
        if (foreground) addRun(lists, position, position + value, sliceSize);
        position += value;
        foreground = !foreground;
        value = 0;
        scale = 1;
    }
    return new Map([...lists].map(([slice, list]) => [slice, Uint32Array.from(list)]));
}

function addRun(lists, start, end, sliceSize) {
    while (start < end) {
        const slice = Math.floor(start / sliceSize);
        const stop = Math.min(end, (slice + 1) * sliceSize);
        const list = lists.get(slice) ?? [];
        list.push(start - slice * sliceSize, stop - slice * sliceSize);
        lists.set(slice, list);
        start = stop;
    }
}

/**
 * @param {SpansBySlice} spansBySlice
 * @param {number} sliceSize
 * @returns {string}
 */
export function encodeRuns(spansBySlice, sliceSize) {
    /** @type {number[]} */
    const bytes = [];
    let position = 0;
    let start = -1;
    let end = -1;
    const flush = () => {
        if (start < 0) return;
        pushLEB128(bytes, start - position);
        pushLEB128(bytes, end - start);
        position = end;
    };
    for (const slice of [...spansBySlice.keys()].sort((a, b) => a - b)) {
        const spans = /** @type {Uint32Array} */ (spansBySlice.get(slice));
        for (let n = 0; n < spans.length; n += 2) {
            const from = slice * sliceSize + spans[n];
            // A run may go over the end of a slice: a run of nothing between two is not canonical.
            if (from !== end) {
                flush();
                start = from;
            }
            end = slice * sliceSize + spans[n + 1];
        }
    }
    flush();
    return base64Of(bytes);
}

function pushLEB128(bytes, value) {
    while (value >= 128) {
        bytes.push((value % 128) | 0x80);
        value = Math.floor(value / 128);
    }
    bytes.push(value);
}
