/** What is done to a segment at once: interpolate, copy on, delete. */
import {t} from "../core/i18n.js";
import {EMPTY} from "../masks/spans.js";
import {say} from "../shell/status.js";
import {interpolated, interpolationEnds} from "./interpolate.js";

/** @param {import("./editor.js").Editor} editor */
export function interpolateSlices(editor) {
    const key = editor.target();
    if (!key) return;
    const {masks, cursor, geometry} = editor.state;
    const ends = interpolationEnds(masks, key, cursor.k, editor.touched.get(key) ?? new Set());
    if (!ends) {
        say(t("interpolate.nothing"));
        return;
    }
    const [low, high] = ends;
    const between = Array.from({length: high - low - 1}, (_, n) => low + 1 + n);
    const extent = geometry.offsets[high] - geometry.offsets[low];
    const parts = between.map((slice) => (geometry.offsets[slice] - geometry.offsets[low]) / extent);
    const spans = interpolated(masks.spans(key, low), masks.spans(key, high), parts, geometry);
    editor.apply("tool.interpolate", between.map((slice, n) => ({key, slice, spans: spans[n]})), "interpolate");
    say(t("interpolate.done", {n: between.length, from: low + 1, to: high + 1}), "good");
}

/**
 * Copies the mask to the next slice and goes there.
 * @param {import("./editor.js").Editor} editor
 * @param {1|-1} step
 */
export function copyToNext(editor, step) {
    const key = editor.target();
    const slice = editor.state.cursor.k + step;
    if (!key || slice < 0 || slice >= editor.state.geometry.slices) return;
    const spans = editor.current();
    if (!spans.length) {
        say(t("copy.nothing"));
        return;
    }
    editor.apply("tool.copy", [{key, slice, spans}], "copy");
    editor.state.moveTo({k: slice});
}

/** @param {import("./editor.js").Editor} editor */
export function deleteOnSlice(editor) {
    const key = editor.target();
    if (key) editor.apply("tool.delete", [{key, slice: editor.state.cursor.k, spans: EMPTY}], "eraser");
}
