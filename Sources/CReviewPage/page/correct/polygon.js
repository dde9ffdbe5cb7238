/**
 * Polygon: clicks set corners, dragging draws freehand; Enter, a double click or a click on the first corner closes it.
 * With Alt at the end it takes away instead of adding.
 */
import {spansOfBitmap, subtract, union} from "../masks/spans.js";

const CLOSE_PIXELS = 9;
const FREEHAND_PIXELS = 4;

/**
 * The pixels whose centre is inside a polygon, by the even-odd rule.
 * @param {[number, number][]} corners in pixels
 * @param {number} columns
 * @param {number} rows
 * @returns {Uint32Array} spans
 */
export function polygonSpans(corners, columns, rows) {
    const bitmap = new Uint8Array(columns * rows);
    for (let y = 0; y < rows; y += 1) {
        const crossings = [];
        corners.forEach(([x0, y0], n) => {
            const [x1, y1] = corners[(n + 1) % corners.length];
            if ((y0 <= y) !== (y1 <= y)) crossings.push(x0 + (y - y0) * (x1 - x0) / (y1 - y0));
        });
        crossings.sort((a, b) => a - b);
        for (let n = 0; n + 1 < crossings.length; n += 2) {
            const first = Math.max(0, Math.ceil(crossings[n]));
            const last = Math.min(columns - 1, Math.floor(crossings[n + 1]));
            if (first <= last) bitmap.fill(1, y * columns + first, y * columns + last + 1);
        }
    }
    return spansOfBitmap(bitmap);
}

/** @implements {import("./tool.js").Tool} */
export class PolygonTool {
    /** @param {import("./editor.js").Editor} editor */
    constructor(editor) {
        this.editor = editor;
        this.name = "polygon";
        this.cursor = "crosshair";
        /** @type {[number, number][]} */
        this.corners = [];
        this.pointer = null;
    }

    down(place, event) {
        if (!this.editor.target()) return;
        const {k} = this.editor.state.cursor;
        if (this.slice !== k) this.corners = [];
        this.slice = k;
        this.alt = event.altKey;
        if (this.corners.length > 2 && this.isAtStart(place)) {
            this.finish();
            return;
        }
        this.corners.push([place.u, place.v]);
        this.last = place;
        this.redraw(place);
    }

    isAtStart(place) {
        const [u, v] = this.corners[0];
        const {geometry} = this.editor.state;
        const perMM = this.scale ?? 1;
        return Math.hypot((place.u - u) * geometry.columnMM, (place.v - v) * geometry.rowMM) * perMM < CLOSE_PIXELS;
    }

    move(place) {
        if (!this.last || Math.hypot(place.x - this.last.x, place.y - this.last.y) < FREEHAND_PIXELS) return;
        this.corners.push([place.u, place.v]);
        this.last = place;
        this.free = true;
        this.redraw(place);
    }

    up(place, event) {
        this.last = null;
        this.alt = event.altKey;
        if (this.free && this.corners.length > 8 && this.isAtStart(place)) this.finish();
        this.free = false;
    }

    hover(place, event) {
        this.alt = event.altKey;
        this.redraw(place);
    }

    doubleClick() {
        this.finish();
    }

    finish() {
        const {editor} = this;
        const key = editor.target();
        const corners = this.corners;
        const {geometry, cursor} = editor.state;
        const here = this.slice === cursor.k;
        this.cancel();
        if (!key || corners.length < 3 || !here) return false;
        const spans = polygonSpans(corners, geometry.columns, geometry.rows);
        const before = editor.current();
        const next = this.alt ? subtract(before, spans) : union(before, spans);
        editor.apply("tool.polygon", [{key, slice: cursor.k, spans: next}], "polygon");
        return true;
    }

    cancel() {
        const any = this.corners.length > 0;
        this.corners = [];
        this.redraw(null);
        return any;
    }

    back() {
        const any = this.corners.length > 0;
        this.corners.pop();
        this.redraw(this.pointer);
        return any;
    }

    redraw(place) {
        this.pointer = place;
        this.editor.state.emit("tool");
    }

    draw(context, view) {
        this.scale = view.camera.scale;
        if (view.plane.fixed !== "k" || this.slice !== view.state.cursor.k || !this.corners.length) return;
        const points = this.corners.map(([u, v]) => view.camera.toScreen(u, v));
        context.strokeStyle = this.alt ? "#ffffff" : "#fff275";
        context.fillStyle = "rgb(255 242 117 / 14%)";
        context.lineWidth = 1.5;
        context.beginPath();
        for (const [x, y] of points) context.lineTo(x, y);
        if (this.pointer) context.lineTo(this.pointer.x, this.pointer.y);
        context.fill();
        context.stroke();
        context.beginPath();
        context.arc(points[0][0], points[0][1], 4, 0, 2 * Math.PI);
        context.stroke();
    }
}
