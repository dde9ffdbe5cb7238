/**
 * Undo and redo. A step keeps the spans before and after of the slices that it changed; spans are run-coded and shared with
 * the masks, so a step costs what changed and not a copy of the mask.
 */

const MOST_STEPS = 100;
const MOST_BYTES = 64e6;

/** @typedef {{key: string, slice: number, before: Uint32Array, after: Uint32Array}} Change */
/** @typedef {{label: string, used: string, changes: Change[], bytes: number}} Step */

/** The steps of one case. */
export class History {
    constructor() {
        /** @type {Step[]} */
        this.done = [];
        /** @type {Step[]} */
        this.undone = [];
        /** The first steps that were saved already, and what was used in steps that are forgotten. */
        this.saved = 0;
        /** @type {Map<string, Set<string>>} */
        this.forgotten = new Map();
    }

    /** @param {string} label @param {Change[]} changes @param {string} used the tool */
    add(label, changes, used) {
        const bytes = changes.reduce((sum, change) => sum + change.before.byteLength + change.after.byteLength, 0);
        this.done.push({label, used, changes, bytes});
        this.undone = [];
        let total = this.done.reduce((sum, step) => sum + step.bytes, 0);
        while (this.done.length > MOST_STEPS || (total > MOST_BYTES && this.done.length > 1)) {
            const step = /** @type {Step} */ (this.done.shift());
            total -= step.bytes;
            if (this.saved > 0) this.saved -= 1;
            else for (const {key} of step.changes) this.forgotten.set(key, (this.forgotten.get(key) ?? new Set()).add(step.used));
        }
    }

    /** What was used on a segment since the last save, without what was taken back. @param {string} key @returns {string[]} */
    usedOn(key) {
        const steps = this.done.slice(this.saved).filter((step) => step.changes.some((change) => change.key === key));
        return [...new Set([...this.forgotten.get(key) ?? [], ...steps.map((step) => step.used)])];
    }

    /** Says that everything up to here is saved. */
    markSaved() {
        this.saved = this.done.length;
        this.forgotten.clear();
    }

    /** The step to take back, or undefined. */
    undo() {
        const step = this.done.pop();
        if (step) this.undone.push(step);
        this.saved = Math.min(this.saved, this.done.length);
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
