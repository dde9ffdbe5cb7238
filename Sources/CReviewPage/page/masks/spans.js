/**
 * Masks of one slice as spans: a `Uint32Array` of pairs [start, end) over the pixels of the slice, row by row, ascending,
 * apart from each other. Spans are never changed once made, so that undo, caches and comparison may keep them.
 */

/** No pixel at all. */
export const EMPTY = new Uint32Array(0);

/**
 * @param {Uint8Array} bitmap one byte per pixel, 0 or not
 * @returns {Uint32Array}
 */
export function spansOfBitmap(bitmap) {
    const out = [];
    let at = 0;
    while (at < bitmap.length) {
        while (at < bitmap.length && !bitmap[at]) at += 1;
        if (at >= bitmap.length) break;
        const start = at;
        while (at < bitmap.length && bitmap[at]) at += 1;
        out.push(start, at);
    }
    return out.length ? Uint32Array.from(out) : EMPTY;
}

/**
 * @param {Uint32Array} spans
 * @param {Uint8Array} bitmap is overwritten
 */
export function fillBitmap(spans, bitmap) {
    bitmap.fill(0);
    for (let n = 0; n < spans.length; n += 2) bitmap.fill(1, spans[n], spans[n + 1]);
    return bitmap;
}

/** How many pixels. @param {Uint32Array} spans */
export function area(spans) {
    let sum = 0;
    for (let n = 0; n < spans.length; n += 2) sum += spans[n + 1] - spans[n];
    return sum;
}

/**
 * The pixels for which `keep` holds.
 * @param {Uint32Array} a
 * @param {Uint32Array} b
 * @param {(inA: boolean, inB: boolean) => boolean} keep false for (false, false)
 */
function combine(a, b, keep) {
    const out = [];
    let i = 0;
    let j = 0;
    let open = -1;
    while (i < a.length || j < b.length) {
        const nextA = i < a.length ? a[i] : Infinity;
        const nextB = j < b.length ? b[j] : Infinity;
        const at = Math.min(nextA, nextB);
        while (i < a.length && a[i] === at) i += 1;
        while (j < b.length && b[j] === at) j += 1;
        const inside = keep(i % 2 === 1, j % 2 === 1);
        if (inside && open < 0) open = at;
        else if (!inside && open >= 0) {
            out.push(open, at);
            open = -1;
        }
    }
    return out.length ? Uint32Array.from(out) : EMPTY;
}

/** @param {Uint32Array} a @param {Uint32Array} b */
export function union(a, b) {
    if (!a.length) return b;
    if (!b.length) return a;
    return combine(a, b, (inA, inB) => inA || inB);
}

/** What is in `a` and not in `b`. @param {Uint32Array} a @param {Uint32Array} b */
export function subtract(a, b) {
    return a.length && b.length ? combine(a, b, (inA, inB) => inA && !inB) : a;
}

/** @param {Uint32Array} a @param {Uint32Array} b */
export function intersect(a, b) {
    return a.length && b.length ? combine(a, b, (inA, inB) => inA && inB) : EMPTY;
}

/** @param {Uint32Array} a @param {Uint32Array} b */
export function same(a, b) {
    return a === b || (a.length === b.length && a.every((value, index) => value === b[index]));
}

/**
 * Calls back for each stretch of one row.
 * @param {Uint32Array} spans
 * @param {number} columns
 * @param {(row: number, first: number, end: number) => void} use columns [first, end)
 */
export function forEachRun(spans, columns, use) {
    for (let n = 0; n < spans.length; n += 2) {
        let start = spans[n];
        const end = spans[n + 1];
        while (start < end) {
            const row = Math.floor(start / columns);
            const stop = Math.min(end, (row + 1) * columns);
            use(row, start - row * columns, stop - row * columns);
            start = stop;
        }
    }
}

/**
 * Whether a pixel is in.
 * @param {Uint32Array} spans
 * @param {number} pixel
 */
export function contains(spans, pixel) {
    let low = 0;
    let high = spans.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (spans[middle] <= pixel) low = middle + 1;
        else high = middle;
    }
    return low % 2 === 1;
}

/**
 * The smallest box around the pixels, [x0, y0, x1, y1] with all four inside; null for none.
 * @param {Uint32Array} spans
 * @param {number} columns
 */
export function boundingBox(spans, columns) {
    if (!spans.length) return null;
    const box = [Infinity, Infinity, -1, -1];
    forEachRun(spans, columns, (row, first, end) => {
        box[0] = Math.min(box[0], first);
        box[1] = Math.min(box[1], row);
        box[2] = Math.max(box[2], end - 1);
        box[3] = Math.max(box[3], row);
    });
    return box;
}
