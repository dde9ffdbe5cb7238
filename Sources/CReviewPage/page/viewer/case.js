/**
 * A case on the screen: the job, its slices and masks, and what the person looks at. Everything else listens to it.
 */
import {get} from "../core/api.js";
import {setting} from "../core/settings.js";
import {MaskSet} from "../masks/maskset.js";
import {Geometry} from "./geometry.js";
import {Plane, SliceGrid} from "./planes.js";
import {SliceStore} from "./slices.js";
import {GreyTable, windowsOf} from "./windowing.js";

/**
 * What may change: "cursor" (the voxel looked at), "window", "overlay" (what is drawn of the masks), "masks" (the masks
 * themselves), "segment" (the selected one), "slices" (one arrived), "tool", "job", "compare", "preview".
 * @typedef {"cursor"|"window"|"overlay"|"masks"|"segment"|"slices"|"tool"|"job"|"compare"|"preview"} Change
 */

/** The case and its state. */
export class Case {
    /** @param {any} job the answer of `GET /api/jobs/{job}` */
    constructor(job) {
        this.job = job;
        this.geometry = new Geometry(job.volume);
        this.grid = new SliceGrid(this.geometry);
        this.planes = {
            k: new Plane(this.geometry, this.grid, "k"),
            i: new Plane(this.geometry, this.grid, "i"),
            j: new Plane(this.geometry, this.grid, "j"),
        };
        this.sliceSize = job.volume.rows * job.volume.columns;
        this.grey = new GreyTable(job.volume);
        this.windows = windowsOf(job.volume);
        this.grey.use(this.windows[0]);
        this.slices = new SliceStore(job.job, job.volume, (slice) => this.emit("slices", slice));
        this.masks = new MaskSet(this.sliceSize);
        this.base = new MaskSet(this.sliceSize);
        this.baseName = "result";
        /** @type {MaskSet|null} */
        this.prior = null;
        /** @type {import("../correct/compare.js").Comparison|null} */
        this.comparison = null;
        /** @type {Set<string>} */
        this.hidden = new Set();
        /** @type {string|null} */
        this.solo = null;
        /** @type {string|null} */
        this.selected = job.segments[0]?.key ?? null;
        this.overlay = {mode: setting("overlayMode"), opacity: setting("overlayOpacity"), boxes: setting("showBoxes"), prior: false};
        this.cursor = {i: job.volume.columns >> 1, j: job.volume.rows >> 1, k: job.volume.slices >> 1};
        this.revision = 0;
        /** @type {Map<Change, Set<(value: any) => void>>} */
        this.listeners = new Map();
    }

    /** @param {Change[]} changes @param {(value: any) => void} listener */
    on(changes, listener) {
        for (const change of changes) this.listeners.set(change, (this.listeners.get(change) ?? new Set()).add(listener));
    }

    /** @param {Change} change @param {any} [value] */
    emit(change, value) {
        if (change === "masks") this.revision += 1;
        for (const listener of this.listeners.get(change) ?? []) listener(value);
    }

    /** Fetches the masks to start from. @param {string} source "result" or "correction-ID" */
    async loadMasks(source) {
        const answer = await get(`/api/jobs/${this.job.job}/masks?source=${encodeURIComponent(source)}`);
        this.base = MaskSet.of(answer, this.sliceSize);
        this.masks = this.base.copy();
        this.baseName = source;
        this.emit("masks", {loaded: true});
    }

    async loadPrior() {
        this.prior ??= MaskSet.of(await get(`/api/jobs/${this.job.job}/priors`), this.sliceSize);
        this.emit("overlay");
    }

    /** The slice to begin with: where what is worth a look is. */
    chooseFirstSlice() {
        const worst = this.job.segments.find((segment) => segment.reasons?.length && this.masks.middleOf(segment.key) !== null)
            ?? this.largestSegment();
        if (!worst) return;
        this.selected = worst.key;
        this.moveTo({k: this.masks.middleOf(worst.key) ?? this.cursor.k});
        this.emit("segment");
    }

    largestSegment() {
        return [...this.job.segments].sort((a, b) => (b.volumeML ?? 0) - (a.volumeML ?? 0))[0];
    }

    /** Looks at another voxel. @param {Partial<import("./planes.js").Voxel>} voxel */
    moveTo(voxel) {
        const {columns, rows, slices} = this.geometry;
        const clamp = (value, count) => Math.max(0, Math.min(count - 1, Math.round(value)));
        const next = {...this.cursor, ...voxel};
        this.cursor = {i: clamp(next.i, columns), j: clamp(next.j, rows), k: clamp(next.k, slices)};
        this.slices.focus(this.cursor.k);
        this.emit("cursor");
    }

    /** @param {import("./windowing.js").Window} window */
    setWindow(window) {
        this.grey.use({center: window.center, width: Math.max(1, window.width)});
        this.emit("window");
    }

    /** @param {Partial<Case["overlay"]>} values */
    setOverlay(values) {
        Object.assign(this.overlay, values);
        this.emit("overlay");
    }

    /** @param {string|null} key */
    select(key) {
        if (this.selected === key) return;
        this.selected = key;
        this.emit("segment");
    }

    /** @param {string|null} key */
    segment(key) {
        return this.job.segments.find((segment) => segment.key === key) ?? null;
    }

    /** Whether a segment is drawn. @param {string} key */
    isVisible(key) {
        return this.solo ? this.solo === key : !this.hidden.has(key);
    }

    /** The segments that are drawn, the selected one last, on top. */
    visibleSegments() {
        const visible = this.job.segments.filter((segment) => this.isVisible(segment.key));
        return [...visible.filter((segment) => segment.key !== this.selected),
            ...visible.filter((segment) => segment.key === this.selected)];
    }

    stop() {
        this.slices.stop();
        this.listeners.clear();
    }
}
