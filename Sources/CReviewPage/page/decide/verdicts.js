/** What a person thinks of each segment, before it is sent. */

/** Verdicts by segment key. */
export class Verdicts {
    /** @param {boolean} canDecide */
    constructor(canDecide) {
        this.canDecide = canDecide;
        /** @type {Map<string, "accept"|"reject">} */
        this.values = new Map();
    }

    /** @param {string} key */
    verdict(key) {
        return this.values.get(key) ?? null;
    }

    /** @param {string} key @param {"accept"|"reject"|null} verdict */
    judge(key, verdict) {
        if (verdict) this.values.set(key, verdict);
        else this.values.delete(key);
    }

    /** As the interface takes them; undefined when nothing was said. */
    get body() {
        return this.values.size ? [...this.values].map(([key, verdict]) => ({key, verdict})) : undefined;
    }
}
