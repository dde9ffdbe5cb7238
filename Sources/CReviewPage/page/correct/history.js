/**
 * Undo and redo. A step keeps the spans before and after of the slices that it changed; spans are run-coded and shared with
 * the masks, so a step costs what changed and not a copy of the mask.
 */

const MOST_STEPS = 100;
const MOST_BYTES = 64e6;

/** @typedef {{key: string, slice: number, before: Uint32Array, after: Uint32Array}} Change */
/** @typedef {{label: string, changes: Change[], bytes: number}} Step */

/** The steps of one case. */
export class History {
    constructor() {
        /** @type {Step[]} */
        this.done = [];
        /** @type {Step[]} */
        this.undone = [];
    }

    /** @param {string} label @param {Change[]} changes */
    add(label, changes) {
        const bytes = changes.reduce((sum, change) => sum + change.before.byteLength + change.after.byteLength, 0);
        this.done.push({label, changes, bytes});
        this.undone = [];
        let total = this.done.reduce((sum, step) => sum + step.bytes, 0);
        while (this.done.length > MOST_STEPS || (total > MOST_BYTES && this.done.length > 1)) {
            total -= /** @type {Step} */ (this.done.shift()).bytes;
        }
    }

    /** The step to take back, or undefined. */
    undo() {
        const step = this.done.pop();
        if (step) this.undone.push(step);
        return step;
    }

    /** The step to do again, or undefined. */
    redo() {
        const step = this.undone.pop();
        if (step) this.done.push(step);
        return step;
    }

    clear() {
        this.done = [];
        this.undone = [];
    }
}
