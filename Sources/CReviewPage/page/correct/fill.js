/**
 * Fill: a click in a hole closes it; with a threshold a click fills what is connected and in range; with Alt a click takes
 * away the island under the pointer.
 */
import {t} from "../core/i18n.js";
import {contains, spansOfBitmap, subtract, union} from "../masks/spans.js";
import {say} from "../shell/status.js";
import {connectedPixels} from "./flood.js";

/** @implements {import("./tool.js").Tool} */
export class FillTool {
    /** @param {import("./editor.js").Editor} editor */
    constructor(editor) {
        this.editor = editor;
        this.name = "fill";
        this.cursor = "crosshair";
    }

    down(place, event) {
        const {editor} = this;
        const key = editor.target();
        if (!key || !place.inside) return;
        const {geometry, cursor} = editor.state;
        const spans = editor.current();
        const pixel = Math.round(place.v) * geometry.columns + Math.round(place.u);
        const next = event.altKey ? this.withoutIsland(spans, pixel) : this.filled(spans, pixel);
        if (next) editor.apply("tool.fill", [{key, slice: cursor.k, spans: next}], editor.threshold.on ? "threshold" : "fill");
    }

    withoutIsland(spans, pixel) {
        const {columns, rows} = this.editor.state.geometry;
        if (!contains(spans, pixel)) return null;
        const {bitmap} = connectedPixels(pixel, columns, rows, (at) => contains(spans, at));
        return subtract(spans, spansOfBitmap(bitmap));
    }

    filled(spans, pixel) {
        const {threshold, state} = this.editor;
        const {columns, rows} = state.geometry;
        const values = threshold.on ? state.slices.slice(state.cursor.k) : null;
        if (contains(spans, pixel) || (threshold.on && !values)) return null;
        const inside = (at) => {
            if (contains(spans, at)) return false;
            if (!values) return true;
            const value = state.grey.modalityValue(values[at]);
            return value >= threshold.low && value <= threshold.high;
        };
        const {bitmap, atBorder} = connectedPixels(pixel, columns, rows, inside);
        if (atBorder) {
            say(t("fill.notClosed"));
            return null;
        }
        return union(spans, spansOfBitmap(bitmap));
    }
}
