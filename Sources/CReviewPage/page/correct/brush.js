/**
 * Brush and eraser: a round brush in millimetres, so it is round on the screen whatever the pixels are. With a threshold it
 * touches only pixels whose value lies in the range.
 */
import {fillBitmap, spansOfBitmap} from "../masks/spans.js";

/** @implements {import("./tool.js").Tool} */
export class BrushTool {
    /** @param {import("./editor.js").Editor} editor @param {boolean} draws false for the eraser */
    constructor(editor, draws) {
        this.editor = editor;
        this.draws = draws;
        this.name = draws ? "brush" : "eraser";
        this.cursor = "none";
        this.place = null;
    }

    down(place, event) {
        const {editor} = this;
        const key = editor.target();
        if (!key) return;
        const {geometry, cursor, masks, slices, sliceSize} = editor.state;
        this.stroke = {
            key, slice: cursor.k, columns: geometry.columns, rows: geometry.rows,
            bitmap: fillBitmap(masks.spans(key, cursor.k), new Uint8Array(sliceSize)),
            // Alt turns the brush into the eraser and back while it is held.
            value: this.draws !== event.altKey ? 1 : 0,
            values: editor.threshold.on ? slices.slice(cursor.k) : null,
            u: place.u, v: place.v,
        };
        this.move(place);
    }

    move(place) {
        const {stroke} = this;
        this.place = place;
        if (!stroke) return;
        const {geometry} = this.editor.state;
        const reach = Math.max(0.4, this.editor.brushMM / 4);
        const distance = Math.hypot((place.u - stroke.u) * geometry.columnMM, (place.v - stroke.v) * geometry.rowMM);
        const steps = Math.max(1, Math.ceil(distance / reach));
        for (let n = 1; n <= steps; n += 1) {
            this.dab(stroke.u + (place.u - stroke.u) * n / steps, stroke.v + (place.v - stroke.v) * n / steps);
        }
        stroke.u = place.u;
        stroke.v = place.v;
        this.editor.showLive({key: stroke.key, slice: stroke.slice, spans: spansOfBitmap(stroke.bitmap)});
    }

    /** All pixels whose centre is under the brush; at least the one under its middle. */
    dab(u, v) {
        const {bitmap, columns, rows, value, values} = this.stroke;
        const {geometry, grey} = this.editor.state;
        const {threshold} = this.editor;
        const radiusU = this.editor.brushMM / 2 / geometry.columnMM;
        const radiusV = this.editor.brushMM / 2 / geometry.rowMM;
        const paint = (x, y) => {
            if (x < 0 || y < 0 || x >= columns || y >= rows) return;
            const pixel = y * columns + x;
            if (values) {
                const modality = grey.modalityValue(values[pixel]);
                if (modality < threshold.low || modality > threshold.high) return;
            }
            bitmap[pixel] = value;
        };
        paint(Math.round(u), Math.round(v));
        for (let y = Math.ceil(v - radiusV); y <= v + radiusV; y += 1) {
            const half = radiusU * Math.sqrt(Math.max(0, 1 - ((y - v) / radiusV) ** 2));
            for (let x = Math.ceil(u - half); x <= u + half; x += 1) paint(x, y);
        }
    }

    up() {
        const {stroke, editor} = this;
        if (!stroke) return;
        this.stroke = null;
        const spans = spansOfBitmap(stroke.bitmap);
        editor.state.live = null;
        const changed = editor.apply(`tool.${this.name}`, [{key: stroke.key, slice: stroke.slice, spans}],
            editor.threshold.on ? "threshold" : this.name);
        if (!changed) editor.showLive(null);
    }

    hover(place) {
        this.place = place;
        this.editor.state.emit("tool");
    }

    leave() {
        this.place = null;
        this.editor.state.emit("tool");
    }

    draw(context, view) {
        if (!this.place || view.plane.fixed !== "k") return;
        const radius = this.editor.brushMM / 2 * view.camera.scale;
        const colour = this.editor.state.segment(this.editor.state.selected)?.colour ?? "#fff";
        for (const [style, width] of [["rgb(0 0 0 / 60%)", 3], [this.draws ? colour : "#ffffff", 1.5]]) {
            context.strokeStyle = style;
            context.lineWidth = width;
            context.setLineDash(this.draws ? [] : [4, 3]);
            context.beginPath();
            context.arc(this.place.x, this.place.y, Math.max(1.5, radius), 0, 2 * Math.PI);
            context.stroke();
        }
        context.setLineDash([]);
    }
}
