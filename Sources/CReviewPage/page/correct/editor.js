/**
 * Everything that changes masks goes through here: one place for undo, for what was used on which segment, and for whether
 * there is something to save.
 */
import {get} from "../core/api.js";
import {t} from "../core/i18n.js";
import {changeSetting, setting} from "../core/settings.js";
import {EMPTY, same} from "../masks/spans.js";
import {say} from "../shell/status.js";
import {BrushTool} from "./brush.js";
import {FillTool} from "./fill.js";
import {History} from "./history.js";
import {PolygonTool} from "./polygon.js";
import {PromptTool} from "./prompt.js";
import {Proposals} from "./proposals.js";

/** The corrections of one case. */
export class Editor {
    /**
     * @param {import("../viewer/case.js").Case} state
     * @param {{mayEdit: boolean, time: import("../core/activity.js").ActiveTime}} options
     */
    constructor(state, {mayEdit, time}) {
        this.state = state;
        this.mayEdit = mayEdit;
        this.time = time;
        this.history = new History();
        this.saving = false;
        this.brushMM = setting("brushMM");
        this.threshold = {on: false, low: -50, high: 250};
        /** Slices that were drawn on, by segment: interpolation goes between them. @type {Map<string, Set<number>>} */
        this.touched = new Map();
        /** @type {{available: boolean, model?: string, takes: string[], reason?: string}} */
        this.prompting = {available: false, takes: []};
        this.proposals = new Proposals(this);
        this.tools = {
            brush: new BrushTool(this, true), eraser: new BrushTool(this, false), fill: new FillTool(this),
            polygon: new PolygonTool(this), box: new PromptTool(this, "box"), points: new PromptTool(this, "points"),
        };
        /** @type {keyof Editor["tools"]|null} */
        this.toolName = null;
        state.on(["masks"], () => { this.known = undefined; });
        state.on(["segment"], () => this.proposals.discard());
    }

    get tool() {
        return this.toolName ? this.tools[this.toolName] : null;
    }

    /** Whether drawing is possible now: not while two corrections are compared. */
    get canEdit() {
        return this.mayEdit && !this.state.comparison;
    }

    /** Whether something differs from what was loaded or saved. */
    get isChanged() {
        this.known ??= this.changedKeys().length > 0;
        return this.known;
    }

    changedKeys() {
        const {masks, base, job} = this.state;
        return job.segments.map((segment) => segment.key).filter((key) => masks.differences(base, key).length > 0);
    }

    async loadPrompting() {
        if (!this.mayEdit) return;
        this.prompting = {takes: [], ...await get(`/api/jobs/${this.state.job.job}/prompting`)};
        this.state.emit("tool");
    }

    /** Whether the model takes this kind of prompt. @param {string} kind */
    takes(kind) {
        return this.prompting.available && this.prompting.takes.includes(kind);
    }

    /** @param {keyof Editor["tools"]|null} name */
    choose(name) {
        if (name && !this.canEdit) {
            say(t(this.state.comparison ? "correct.comparing" : "correct.mayNot"));
            return;
        }
        if ((name === "box" || name === "points") && !this.takes(name)) {
            say(this.prompting.reason ?? t("prompt.not", {model: this.prompting.model ?? "–"}));
            return;
        }
        this.tool?.cancel?.();
        this.toolName = name === this.toolName ? null : name;
        this.state.emit("tool");
    }

    /**
     * The segment that is drawn on; it is made visible.
     * @returns {string|null}
     */
    target() {
        const key = this.state.selected;
        if (!key || !this.canEdit) return null;
        if (!this.state.isVisible(key)) {
            this.state.hidden.delete(key);
            this.state.solo = null;
            this.state.emit("overlay");
        }
        return key;
    }

    /** The spans of the chosen segment on the slice in sight. */
    current() {
        return this.state.selected ? this.state.masks.spans(this.state.selected, this.state.cursor.k) : EMPTY;
    }

    /**
     * Changes masks, as one step that can be taken back.
     * @param {string} label key of the text that names the step
     * @param {{key: string, slice: number, spans: Uint32Array}[]} edits
     * @param {string} used the tool: it decides between MANUAL and SEMIAUTOMATIC
     */
    apply(label, edits, used) {
        const changes = edits
            .map(({key, slice, spans}) => ({key, slice, before: this.state.masks.spans(key, slice), after: spans}))
            .filter((change) => !same(change.before, change.after));
        if (!changes.length) return false;
        for (const change of changes) {
            if (used !== "interpolate") this.note(this.touched, change.key, change.slice);
        }
        this.history.add(label, changes, used);
        this.write(changes, "after");
        return true;
    }

    note(map, key, value) {
        map.set(key, (map.get(key) ?? new Set()).add(value));
    }

    undo() {
        const step = this.history.undo();
        if (!step) return;
        this.write(step.changes, "before");
        this.show(step);
    }

    redo() {
        const step = this.history.redo();
        if (!step) return;
        this.write(step.changes, "after");
        this.show(step);
    }

    write(changes, side) {
        for (const change of changes) this.state.masks.set(change.key, change.slice, change[side]);
        this.state.emit("masks", {changes});
    }

    /** Undo somewhere else must be seen. */
    show(step) {
        const {k} = this.state.cursor;
        if (!step.changes.some((change) => change.slice === k)) this.state.moveTo({k: step.changes[0].slice});
    }

    /** Shows a stroke while it is drawn. @param {{key: string, slice: number, spans: Uint32Array}|null} live */
    showLive(live) {
        this.state.live = live;
        this.state.emit("preview");
    }

    /** @param {number} mm the brush's diameter */
    setBrush(mm) {
        this.brushMM = Math.max(1, Math.min(120, Math.round(mm * 10) / 10));
        changeSetting("brushMM", this.brushMM);
        this.state.emit("tool");
    }

    /** Takes the masks as they are for what is saved. */
    markSaved() {
        this.state.base = this.state.masks.copy();
        this.known = undefined;
        this.history.markSaved();
        this.state.emit("masks", {saved: true});
    }

    /** Back to what was loaded. */
    revert() {
        const {masks, base} = this.state;
        const edits = this.changedKeys().flatMap((key) => masks.differences(base, key).map((slice) => ({
            key, slice, spans: base.spans(key, slice),
        })));
        this.apply("correct.revert", edits, "revert");
    }

    stop() {
        this.proposals.stop();
    }
}
