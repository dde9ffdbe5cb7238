/**
 * Masks over the picture: filled, outlined, or both. Outlines follow the edges of the pixels, so that nobody sees a border
 * that the mask does not have.
 */
import {EMPTY, forEachRun, spansOfBitmap} from "../masks/spans.js";

/** @typedef {import("./planes.js").Plane} Plane */

/** @param {string} colour "#rrggbb" @param {number} alpha 0 … 255 */
export function rgba(colour, alpha) {
    const value = parseInt(colour.slice(1), 16);
    return ((alpha << 24) | ((value & 0xff) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
}

/**
 * The outline of spans as a path in pixel coordinates, along the pixels' edges.
 * @param {Uint32Array} spans
 * @param {number} columns
 * @returns {Path2D}
 */
export function outlineOf(spans, columns) {
    const path = new Path2D();
    let above = [];
    let aboveRow = -2;
    let current = [];
    let row = -1;
    const finish = () => {
        if (row < 0) return;
        edges(path, aboveRow === row - 1 ? above : [], current, row - 0.5);
        above = current;
        aboveRow = row;
    };
    forEachRun(spans, columns, (at, first, end) => {
        if (at !== row) {
            finish();
            if (row >= 0 && at > row + 1) edges(path, current, [], row + 0.5);
            row = at;
            current = [];
        }
        current.push(first, end);
        for (const x of [first, end]) {
            path.moveTo(x - 0.5, at - 0.5);
            path.lineTo(x - 0.5, at + 0.5);
        }
    });
    finish();
    if (row >= 0) edges(path, current, [], row + 0.5);
    return path;
}

/** Horizontal edges between two rows: where exactly one of them is inside. */
function edges(path, a, b, y) {
    let i = 0;
    let j = 0;
    let open = -1;
    while (i < a.length || j < b.length) {
        const x = Math.min(i < a.length ? a[i] : Infinity, j < b.length ? b[j] : Infinity);
        while (i < a.length && a[i] === x) i += 1;
        while (j < b.length && b[j] === x) j += 1;
        const inside = (i % 2 === 1) !== (j % 2 === 1);
        if (inside && open < 0) open = x;
        else if (!inside && open >= 0) {
            path.moveTo(open - 0.5, y);
            path.lineTo(x - 0.5, y);
            open = -1;
        }
    }
}

/**
 * The spans of a segment in a plane: those of the slice, or a cut across all slices.
 * @param {import("../masks/maskset.js").MaskSet} masks
 * @param {string} key
 * @param {Plane} plane
 * @param {import("./planes.js").Voxel} cursor
 * @returns {Uint32Array}
 */
export function spansInPlane(masks, key, plane, cursor) {
    if (plane.fixed === "k") return masks.spans(key, cursor.k);
    const slices = masks.segments.get(key);
    if (!slices?.size) return EMPTY;
    const bitmap = new Uint8Array(plane.width * plane.height);
    const across = plane.fixed === "j" ? "i" : "j";
    const put = (line, from, end) => {
        for (let n = from; n < end; n += 1) {
            const [u, v] = plane.axisU === across ? [n, line] : [line, n];
            const x = plane.flipU ? plane.width - 1 - u : u;
            const y = plane.flipV ? plane.height - 1 - v : v;
            bitmap[y * plane.width + x] = 1;
        }
    };
    for (let line = 0; line < plane.grid.lines; line += 1) {
        const spans = slices.get(plane.grid.slice(line));
        if (spans) cut(spans, plane, cursor, (from, end) => put(line, from, end));
    }
    return spansOfBitmap(bitmap);
}

/** The part of a slice's spans in one row (j fixed) or one column (i fixed). */
function cut(spans, plane, cursor, use) {
    const {columns} = plane.geometry;
    if (plane.fixed === "j") {
        const start = cursor.j * columns;
        for (let n = 0; n < spans.length && spans[n] < start + columns; n += 2) {
            const from = Math.max(spans[n], start);
            const end = Math.min(spans[n + 1], start + columns);
            if (from < end) use(from - start, end - start);
        }
        return;
    }
    forEachRun(spans, columns, (row, first, end) => {
        if (first <= cursor.i && cursor.i < end) use(row, row + 1);
    });
}

/** Outlines are made once for spans: they never change. */
const outlines = new WeakMap();

/** @param {Uint32Array} spans @param {number} columns */
export function cachedOutline(spans, columns) {
    let path = outlines.get(spans);
    if (!path) {
        path = outlineOf(spans, columns);
        outlines.set(spans, path);
    }
    return path;
}

/** Layers over the picture, from the lowest to the highest. */
export class OverlayPainter {
    /** @param {number} width @param {number} height of the plane in pixels */
    constructor(width, height) {
        this.width = width;
        this.canvas = document.createElement("canvas");
        this.canvas.width = width;
        this.canvas.height = height;
        this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
        this.image = this.context.createImageData(width, height);
        this.pixels = new Uint32Array(this.image.data.buffer);
    }

    /**
     * @typedef {{spans: Uint32Array, colour: string, fill: number, line: number, dash?: number[]}} Layer fill 0 … 1, line in
     *   CSS pixels
     * @param {CanvasRenderingContext2D} context of the view, in device pixels
     * @param {DOMMatrix} matrix from the plane's pixels to the view
     * @param {Layer[]} layers
     * @param {number} ratio device pixels per CSS pixel
     */
    paint(context, matrix, layers, ratio) {
        const filled = layers.filter((layer) => layer.fill > 0 && layer.spans.length);
        if (filled.length) {
            this.pixels.fill(0);
            for (const {spans, colour, fill} of filled) {
                const value = rgba(colour, Math.round(fill * 255));
                for (let n = 0; n < spans.length; n += 2) this.pixels.fill(value, spans[n], spans[n + 1]);
            }
            this.context.putImageData(this.image, 0, 0);
            context.save();
            context.setTransform(matrix);
            context.imageSmoothingEnabled = false;
            context.drawImage(this.canvas, -0.5, -0.5);
            context.restore();
        }
        for (const {spans, colour, line, dash} of layers) {
            if (line <= 0 || !spans.length) continue;
            const path = new Path2D();
            path.addPath(cachedOutline(spans, this.width), matrix);
            context.strokeStyle = colour;
            context.lineWidth = line * ratio;
            context.lineCap = "square";
            context.setLineDash((dash ?? []).map((length) => length * ratio));
            context.stroke(path);
        }
        context.setLineDash([]);
    }
}
