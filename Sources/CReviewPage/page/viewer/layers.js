/**
 * What is drawn of the masks, in order: the segments, a comparison instead of them, the prior, the model's proposal.
 */
import {area, subtract} from "../masks/spans.js";
import {spansInPlane} from "./overlay.js";

/** Differences of two corrections: colours that no segment has and that people who confuse red and green tell apart. */
export const ONLY_A = "#ff9f1c";
export const ONLY_B = "#21d0ff";
const PROPOSAL = "#fff275";

/**
 * @param {import("./case.js").Case} state
 * @param {import("./planes.js").Plane} plane
 * @returns {import("./overlay.js").Layer[]}
 */
export function layersOf(state, plane) {
    const layers = state.comparison ? comparison(state, plane) : segments(state, plane);
    if (state.overlay.prior && state.prior) layers.push(...prior(state, plane));
    if (plane.fixed === "k") layers.push(...proposal(state));
    return layers;
}

function style(state, selected) {
    const {mode, opacity} = state.overlay;
    return {
        fill: mode === "fill" || mode === "both" ? opacity : 0,
        line: mode === "outline" || mode === "both" ? (selected ? 2 : 1.25) : 0,
    };
}

function segments(state, plane) {
    if (state.overlay.mode === "none") return [];
    return state.visibleSegments().map((segment) => ({
        spans: state.live?.key === segment.key && plane.fixed === "k" && state.live.slice === state.cursor.k
            ? state.live.spans : spansInPlane(state.masks, segment.key, plane, state.cursor),
        colour: segment.colour,
        ...style(state, segment.key === state.selected),
    }));
}

function comparison(state, plane) {
    const {a, b, show} = state.comparison;
    if (state.overlay.mode === "none") return [];
    const cut = (masks, key) => spansInPlane(masks, key, plane, state.cursor);
    return state.visibleSegments().flatMap((segment) => {
        if (show !== "difference") {
            const spans = cut(show === "a" ? a.masks : b.masks, segment.key);
            return [{spans, colour: segment.colour, ...style(state, segment.key === state.selected)}];
        }
        const [inA, inB] = [cut(a.masks, segment.key), cut(b.masks, segment.key)];
        const [onlyA, onlyB] = [subtract(inA, inB), subtract(inB, inA)];
        const both = area(onlyA) + area(onlyB) > 0 ? 1 : 0.75;
        return [
            {spans: inA, colour: "#cfd6da", fill: 0, line: both},
            {spans: onlyA, colour: ONLY_A, fill: 0.55, line: 1},
            {spans: onlyB, colour: ONLY_B, fill: 0.55, line: 1},
        ];
    });
}

function prior(state, plane) {
    return state.visibleSegments().map((segment) => ({
        spans: spansInPlane(state.prior, segment.key, plane, state.cursor),
        colour: segment.colour, fill: 0, line: 1, dash: [2, 3],
    }));
}

function proposal(state) {
    const spans = state.proposal?.slices.get(state.cursor.k);
    return spans ? [{spans, colour: PROPOSAL, fill: 0.22, line: 2, dash: [5, 3]}] : [];
}
