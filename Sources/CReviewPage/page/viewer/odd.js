/**
 * Slices where a mask is probably wrong: where it is missing between two slices that have it, and where it changes far more
 * from one slice to the next than it does elsewhere.
 */
import {area, intersect} from "../masks/spans.js";

/** Overlap of neighbours below which a slice is odd, as a part of the segment's usual overlap. */
const ODD_OVERLAP = 0.6;
/** Smaller areas change shape quickly at the ends of an organ; that is anatomy. */
const LEAST_PIXELS = 60;

/** @type {WeakMap<Map<number, Uint32Array>, {revision: number, slices: Set<number>}>} */
const known = new WeakMap();

/**
 * The odd slices of the segments that are drawn; of the selected one alone while it is solo.
 * @param {import("./case.js").Case} state
 * @returns {number[]} ascending
 */
export function oddSlices(state) {
    const all = new Set();
    for (const segment of state.visibleSegments()) {
        const slices = state.masks.segments.get(segment.key);
        if (!slices?.size) continue;
        let entry = known.get(slices);
        if (!entry || entry.revision !== state.revision) {
            entry = {revision: state.revision, slices: oddOf(state.masks, segment.key)};
            known.set(slices, entry);
        }
        for (const slice of entry.slices) all.add(slice);
    }
    return [...all].sort((a, b) => a - b);
}

function oddOf(masks, key) {
    const slices = masks.slicesOf(key);
    const odd = new Set();
    const overlaps = [];
    for (let n = 1; n < slices.length; n += 1) {
        for (let gap = slices[n - 1] + 1; gap < slices[n]; gap += 1) odd.add(gap);
        const a = masks.spans(key, slices[n - 1]);
        const b = masks.spans(key, slices[n]);
        const [sizeA, sizeB] = [area(a), area(b)];
        if (Math.min(sizeA, sizeB) < LEAST_PIXELS) continue;
        overlaps.push({slice: slices[n], overlap: 2 * area(intersect(a, b)) / (sizeA + sizeB)});
    }
    const sorted = overlaps.map((entry) => entry.overlap).sort((a, b) => a - b);
    const usual = sorted[sorted.length >> 1] ?? 1;
    for (const {slice, overlap} of overlaps) if (overlap < usual * ODD_OVERLAP) odd.add(slice);
    return odd;
}
