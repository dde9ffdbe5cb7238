/** The choice between two corrections that contradict each other. */
import {h} from "../core/dom.js";
import {millilitres, number, time} from "../core/format.js";
import {t} from "../core/i18n.js";
import {ONLY_A, ONLY_B} from "../viewer/layers.js";

/**
 * @param {import("../viewer/case.js").Case} state
 * @param {(correction: any) => void} accept
 */
export function comparisonPanel(state, accept) {
    const comparison = /** @type {import("../correct/compare.js").Comparison} */ (state.comparison);
    const choice = (show, label) => h("button", {
        type: "button", "aria-pressed": String(comparison.show === show),
        onclick: () => {
            comparison.show = show;
            state.emit("compare");
        },
    }, label);
    const name = (side) => side.correction.author;
    return [
        h("h2", null, t("compare.title")),
        h("p.muted", null, t("compare.text")),
        h("div.group", {role: "group", "aria-label": t("compare")}, choice("a", `A · ${name(comparison.a)}`),
            choice("difference", t("compare.difference")), choice("b", `B · ${name(comparison.b)}`), h("kbd", null, "T")),
        h("ul.differences", null, state.job.segments.map((segment) => difference(state, segment))),
        h("div.group.take", null, ["a", "b"].map((letter) => h("button", {
            type: "button", onclick: () => accept(comparison[letter].correction), title: time(comparison[letter].correction.received),
        }, h("span.swatch", {style: {"--colour": letter === "a" ? ONLY_A : ONLY_B}}),
        t("compare.accept", {name: name(comparison[letter])})))),
    ];
}

function difference(state, segment) {
    const {a, b} = state.comparison;
    const slices = state.comparison.slices(segment.key);
    if (!slices.length) return null;
    const volume = (side) => millilitres(side.masks.voxels(segment.key) * state.geometry.voxelML);
    const middle = slices[slices.length >> 1];
    return h("li", null, h("button.link", {
        type: "button",
        onclick: () => {
            state.select(segment.key);
            state.moveTo({k: middle});
        },
    }, segment.label), h("span.muted", null, `${volume(a)} / ${volume(b)} · ${t("compare.slices", {n: number(slices.length)})}`));
}
