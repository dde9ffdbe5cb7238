/** How much a correction changed, segment by segment: a first estimate in the page, the server's measures after saving. */
import {h} from "../core/dom.js";
import {millilitres, number} from "../core/format.js";
import {t} from "../core/i18n.js";
import {area, intersect} from "../masks/spans.js";

/**
 * @param {import("../correct/editor.js").Editor} editor
 * @returns {{segment: any, dice: number, slices: number, before: number, after: number, tools: string[]}[]}
 */
export function effortOf(editor) {
    const {masks, base, job, geometry} = editor.state;
    return editor.changedKeys().map((key) => {
        const slices = new Set([...masks.slicesOf(key), ...base.slicesOf(key)]);
        let common = 0;
        for (const slice of slices) common += area(intersect(masks.spans(key, slice), base.spans(key, slice)));
        const [before, after] = [base.voxels(key), masks.voxels(key)];
        return {
            segment: job.segments.find((segment) => segment.key === key),
            dice: before + after ? 2 * common / (before + after) : 1,
            slices: masks.differences(base, key).length,
            before: before * geometry.voxelML,
            after: after * geometry.voxelML,
            tools: editor.history.usedOn(key),
        };
    });
}

/** @param {ReturnType<typeof effortOf>} rows */
export function effortTable(rows) {
    const heads = ["segment", "effort.slices", "effort.volume", "effort.dice", "effort.tools"];
    return h("table.plain.effort", null,
        h("thead", null, h("tr", null, heads.map((key, n) => h("th", {scope: "col", class: n > 0 && n < 4 ? "number" : ""}, t(key))))),
        h("tbody", null, rows.map((row) => h("tr", null,
            h("th", {scope: "row"}, h("span.swatch", {style: {"--colour": row.segment.colour}}), row.segment.label),
            h("td.number", null, number(row.slices)),
            h("td.number", null, `${millilitres(row.before)} → ${millilitres(row.after)}`),
            h("td.number", null, number(row.dice, 3)),
            h("td", null, row.tools.map((name) => t(`tool.${name}`)).join(", "))))));
}

/**
 * What the server measured.
 * @param {{key: string, dice: number, surfaceMM: number, addedPathMM: number}[]} rows
 * @param {any} job
 */
export function measuredTable(rows, job) {
    const heads = ["segment", "effort.dice", "effort.surface", "effort.path"];
    return h("table.plain.effort", null,
        h("thead", null, h("tr", null, heads.map((key, n) => h("th", {scope: "col", class: n ? "number" : ""}, t(key))))),
        h("tbody", null, rows.map((row) => {
            const segment = job.segments.find((each) => each.key === row.key);
            return h("tr", null,
                h("th", {scope: "row"}, h("span.swatch", {style: {"--colour": segment?.colour ?? "#888888"}}), segment?.label ?? row.key),
                h("td.number", null, number(row.dice, 3)),
                h("td.number", null, number(row.surfaceMM, 1), " mm"),
                h("td.number", null, number(row.addedPathMM, 0), " mm"));
        })));
}
