/**
 * Two corrections of one case beside each other: one, the other, or what differs.
 */
import {get} from "../core/api.js";
import {MaskSet} from "../masks/maskset.js";

const SHOWN = ["difference", "a", "b"];

/** @typedef {{masks: MaskSet, correction: any}} Side */

/** The comparison on the screen. */
export class Comparison {
    /** @param {Side} a @param {Side} b */
    constructor(a, b) {
        this.a = a;
        this.b = b;
        /** @type {"a"|"b"|"difference"} */
        this.show = "difference";
    }

    /**
     * @param {import("../viewer/case.js").Case} state
     * @param {{id: number}} a
     * @param {{id: number}} b
     */
    static async load(state, a, b) {
        const side = async (correction) => ({
            correction,
            masks: MaskSet.of(await get(`/api/jobs/${state.job.job}/masks?source=correction-${correction.id}`), state.sliceSize),
        });
        return new Comparison(await side(a), await side(b));
    }

    next() {
        this.show = /** @type {any} */ (SHOWN[(SHOWN.indexOf(this.show) + 1) % SHOWN.length]);
    }

    /** The slices of a segment in which the two differ. @param {string} key */
    slices(key) {
        return this.a.masks.differences(this.b.masks, key);
    }
}
