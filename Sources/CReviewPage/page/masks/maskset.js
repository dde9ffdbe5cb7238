/**
 * The masks of a case: for each segment the spans of each slice.
 */
import {area, EMPTY, same} from "./spans.js";
import {decodeRuns, encodeRuns} from "./runs.js";

/** Masks by segment key. */
export class MaskSet {
    /** @param {number} sliceSize pixels of a slice */
    constructor(sliceSize) {
        this.sliceSize = sliceSize;
        /** @type {Map<string, import("./runs.js").SpansBySlice>} */
        this.segments = new Map();
    }

    /**
     * @param {{segments: {key: string, runs: string}[]}} answer
     * @param {number} sliceSize
     */
    static of(answer, sliceSize) {
        const set = new MaskSet(sliceSize);
        for (const {key, runs} of answer.segments) set.segments.set(key, decodeRuns(runs, sliceSize));
        return set;
    }

    /** A copy that may be edited; the spans themselves are shared, they never change. */
    copy() {
        const set = new MaskSet(this.sliceSize);
        for (const [key, slices] of this.segments) set.segments.set(key, new Map(slices));
        return set;
    }

    /** @param {string} key @param {number} slice @returns {Uint32Array} */
    spans(key, slice) {
        return this.segments.get(key)?.get(slice) ?? EMPTY;
    }

    /** @param {string} key @param {number} slice @param {Uint32Array} spans */
    set(key, slice, spans) {
        const slices = this.segments.get(key) ?? new Map();
        if (spans.length) slices.set(slice, spans);
        else slices.delete(slice);
        this.segments.set(key, slices);
    }

    /** The slices where a segment is, ascending. @param {string} key @returns {number[]} */
    slicesOf(key) {
        return [...(this.segments.get(key)?.keys() ?? [])].sort((a, b) => a - b);
    }

    /** The slice in the middle of a segment, by area; null when it is nowhere. @param {string} key */
    middleOf(key) {
        const slices = this.slicesOf(key);
        const total = this.voxels(key);
        let sum = 0;
        for (const slice of slices) {
            sum += area(this.spans(key, slice));
            if (sum * 2 >= total) return slice;
        }
        return null;
    }

    /** @param {string} key */
    voxels(key) {
        let sum = 0;
        for (const spans of this.segments.get(key)?.values() ?? []) sum += area(spans);
        return sum;
    }

    /** @param {string} key */
    runs(key) {
        return encodeRuns(this.segments.get(key) ?? new Map(), this.sliceSize);
    }

    /** The slices in which two sets differ in a segment. @param {MaskSet} other @param {string} key @returns {number[]} */
    differences(other, key) {
        const slices = new Set([...this.slicesOf(key), ...other.slicesOf(key)]);
        return [...slices].filter((slice) => !same(this.spans(key, slice), other.spans(key, slice))).sort((a, b) => a - b);
    }
}
