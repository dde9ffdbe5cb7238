/**
 * The slices of a volume, fetched nearest first and kept within a bound: a volume of 5,000 slices must not take the memory
 * of the browser. When the whole volume is too much, a coarse copy of it serves the reformats.
 */
import {getBytes} from "../core/api.js";

const FULL_BYTES = 420e6;
const COARSE_BYTES = 120e6;
const BATCH = 8;
const AT_ONCE = 2;

/** Slices around the one that is looked at. */
export class SliceStore {
    /**
     * @param {number} job
     * @param {{rows: number, columns: number, slices: number}} volume
     * @param {(slice: number) => void} loaded
     * @param {{fullBytes?: number}} [limits]
     */
    constructor(job, volume, loaded, limits = {}) {
        this.job = job;
        this.loaded = loaded;
        this.rows = volume.rows;
        this.columns = volume.columns;
        this.count = volume.slices;
        this.size = volume.rows * volume.columns;
        this.capacity = Math.max(BATCH * 2, Math.floor((limits.fullBytes ?? FULL_BYTES) / (this.size * 2)));
        /** @type {Map<number, Int16Array>} */
        this.full = new Map();
        this.pending = new Set();
        this.focused = 0;
        this.running = 0;
        this.stopped = new AbortController();
        this.failures = 0;
        this.whole = this.count <= this.capacity;
        if (!this.whole) this.makeCoarse();
    }

    /** In the coarse copy one value stands for factor × factor pixels, and one slice in `stride` is fetched for it. */
    makeCoarse() {
        this.stride = Math.max(1, Math.ceil(this.count / 1200));
        this.factor = 2;
        const kept = Math.ceil(this.count / this.stride);
        while (kept * Math.ceil(this.rows / this.factor) * Math.ceil(this.columns / this.factor) * 2 > COARSE_BYTES) {
            this.factor *= 2;
        }
        this.coarseColumns = Math.ceil(this.columns / this.factor);
        /** @type {Map<number, Int16Array>} */
        this.coarse = new Map();
    }

    /** @param {number} slice @returns {Int16Array|null} */
    slice(slice) {
        return this.full.get(slice) ?? null;
    }

    /** How much of what will be kept has arrived, 0 … 1. */
    get progress() {
        return Math.min(1, this.full.size / Math.min(this.count, this.capacity));
    }

    /** Says which slice is looked at; what is near comes first. @param {number} slice */
    focus(slice) {
        this.focused = slice;
        this.pump();
    }

    stop() {
        this.stopped.abort();
        this.full.clear();
        this.coarse?.clear();
    }

    pump() {
        while (this.running < AT_ONCE && !this.stopped.signal.aborted) {
            const batch = this.nextBatch();
            if (!batch) return;
            this.fetch(batch);
        }
    }

    /** The slices to fetch now: the one looked at alone, then stretches outwards from it, then those of the coarse copy. */
    nextBatch() {
        if (this.missing(this.focused)) return {first: this.focused, count: 1};
        const radius = Math.floor((this.capacity - 1) / 2);
        const reach = this.whole ? this.count : radius;
        for (let distance = 1; distance <= reach; distance += 1) {
            const up = this.focused + distance;
            if (this.missing(up)) return this.stretch(up, 1);
            const down = this.focused - distance;
            if (this.missing(down)) return this.stretch(down, -1);
        }
        return this.whole ? null : this.coarseBatch();
    }

    coarseBatch() {
        for (let coarser = 16; coarser >= 1; coarser /= 2) {
            for (let slice = 0; slice < this.count; slice += this.stride * coarser) {
                if (!this.coarse.has(slice) && !this.pending.has(slice)) return {first: slice, count: 1};
            }
        }
        return null;
    }

    stretch(from, step) {
        let count = 1;
        while (count < BATCH && this.missing(from + step * count)) count += 1;
        return {first: step > 0 ? from : from - count + 1, count};
    }

    missing(slice) {
        return slice >= 0 && slice < this.count && !this.full.has(slice) && !this.pending.has(slice);
    }

    async fetch({first, count}) {
        const wanted = Array.from({length: count}, (_, n) => first + n);
        wanted.forEach((slice) => this.pending.add(slice));
        this.running += 1;
        try {
            const bytes = await getBytes(`/api/jobs/${this.job}/slices/${first}/${count}`, {signal: this.stopped.signal});
            wanted.forEach((slice, n) => this.keep(slice, new Int16Array(bytes.slice(n * this.size * 2, (n + 1) * this.size * 2))));
            this.failures = 0;
        } catch {
            // A slice that does not come is asked for again, more and more rarely: the server may be starting.
            this.failures += 1;
            await new Promise((resolve) => setTimeout(resolve, Math.min(8000, 200 * 2 ** this.failures)));
        } finally {
            wanted.forEach((slice) => this.pending.delete(slice));
            this.running -= 1;
            this.pump();
        }
    }

    keep(slice, values) {
        if (!this.whole && slice % this.stride === 0) this.keepCoarse(slice, values);
        this.full.set(slice, values);
        if (this.full.size > this.capacity) {
            let farthest = slice;
            for (const other of this.full.keys()) {
                if (Math.abs(other - this.focused) > Math.abs(farthest - this.focused)) farthest = other;
            }
            this.full.delete(farthest);
        }
        this.loaded(slice);
    }

    keepCoarse(slice, values) {
        const {factor, coarseColumns} = this;
        const out = new Int16Array(coarseColumns * Math.ceil(this.rows / factor));
        for (let n = 0; n < out.length; n += 1) {
            const j = Math.floor(n / coarseColumns) * factor;
            out[n] = values[j * this.columns + (n % coarseColumns) * factor];
        }
        this.coarse.set(slice, out);
    }

    /**
     * Reads one line of a slice into a reformat.
     * @param {number} slice
     * @param {"i"|"j"} fixed a row when j is fixed, a column when i is
     * @param {number} index of the fixed row or column
     * @param {Int16Array} out
     * @returns {boolean} whether anything was known of the slice
     */
    line(slice, fixed, index, out) {
        const values = this.full.get(slice);
        if (values) {
            const [start, step] = fixed === "j" ? [index * this.columns, 1] : [index, this.columns];
            for (let n = 0; n < out.length; n += 1) out[n] = values[start + n * step];
            return true;
        }
        const near = this.coarse?.get(Math.round(slice / this.stride) * this.stride);
        if (!near) return false;
        const at = Math.floor(index / this.factor);
        for (let n = 0; n < out.length; n += 1) {
            const along = Math.floor(n / this.factor);
            out[n] = fixed === "j" ? near[at * this.coarseColumns + along] : near[along * this.coarseColumns + at];
        }
        return true;
    }
}
