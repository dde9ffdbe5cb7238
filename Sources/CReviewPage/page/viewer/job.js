/**
 * The page of one case: fetches it, puts its parts together, frees them again.
 */
import {ActiveTime} from "../core/activity.js";
import {get} from "../core/api.js";
import {h, replace} from "../core/dom.js";
import {onEvent} from "../core/events.js";
import {t} from "../core/i18n.js";
import {bindKeys} from "../core/keys.js";
import {Comparison} from "../correct/compare.js";
import {Editor} from "../correct/editor.js";
import {leaveUnsaved} from "../correct/leave.js";
import {ToolStrip} from "../correct/strip.js";
import {DecisionPanel} from "../decide/panel.js";
import {sayError} from "../shell/status.js";
import {ViewBar} from "./bar.js";
import {Case} from "./case.js";
import {installHook} from "./hook.js";
import {jobKeys} from "./jobkeys.js";
import {showWithoutPictures} from "./nopictures.js";
import {SegmentList} from "./segments.js";
import {summary} from "./summary.js";
import {ViewGrid} from "./viewgrid.js";

/**
 * @param {Element} root
 * @param {{session: {role: string, user: string}, argument: string|undefined}} context
 * @returns {import("../core/router.js").Page}
 */
export function jobPage(root, {session, argument}) {
    const page = new JobPage(root, session);
    page.open(Number(argument)).catch((error) => {
        replace(root, h("p.empty", null, error.message, " ", h("a", {href: "#/worklist"}, t("nav.worklist"))));
        sayError(error);
    });
    return {
        unmount: () => page.close(),
        mayLeave: () => page.mayLeave(),
    };
}

/** The corrections that count: masks of people, of each person the newest. */
function currentCorrections(job) {
    return (job.corrections ?? []).filter((correction) => correction.state === "current" && correction.intent === "correct");
}

class JobPage {
    constructor(root, session) {
        this.root = root;
        this.session = session;
        this.started = performance.now();
        /** @type {(() => void)[]} */
        this.stops = [];
        replace(root, h("p.empty", null, t("viewer.opening")));
    }

    async open(id) {
        const job = await get(`/api/jobs/${id}`);
        if (this.closed) return;
        if (!job.volume) {
            this.stops.push(showWithoutPictures(this.root, job, this.session.role !== "viewer"));
            return;
        }
        const state = new Case(job);
        this.state = state;
        // The picture first: masks come while the person looks already.
        state.slices.focus(state.cursor.k);
        this.time = new ActiveTime();
        this.editor = new Editor(state, {mayEdit: this.session.role !== "viewer" && job.canDecide !== false, time: this.time});
        this.compose(job, state);
        await state.loadMasks(this.sourceOf(job));
        if (this.closed) return;
        state.chooseFirstSlice();
        if (job.conflict) await this.compare(state);
        this.ready = true;
        if (!this.closed) this.editor.loadPrompting().catch(() => {});
    }

    /** What a person starts from: the newest correction that stands, else the result. */
    sourceOf(job) {
        const newest = currentCorrections(job).at(-1);
        return newest ? `correction-${newest.id}` : "result";
    }

    compose(job, state) {
        this.grid = new ViewGrid(state);
        this.bar = new ViewBar(state, {fit: () => this.grid.fit(), layout: () => this.grid.nextLayout()});
        this.decisions = new DecisionPanel(state, this.editor, this.session, this.time);
        this.segments = new SegmentList(state, this.decisions.verdicts);
        this.strip = new ToolStrip(this.editor, this.grid);
        replace(this.root, h("div.review", null,
            this.strip.element,
            h("div.stage", null, this.bar.element, this.grid.element),
            h("aside.panel", {"aria-label": t("viewer.panel")},
                h("div.scroll", null, this.summary = h("div", null, summary(job)), this.decisions.comparison, this.segments.element,
                    this.strip.options, this.decisions.history, this.decisions.deeds),
                this.decisions.element)));
        state.on(["job"], () => replace(this.summary, summary(state.job)));
        this.stops.push(bindKeys(jobKeys(this)), this.watchJob(job.job), this.warnBeforeUnload());
        installHook(this.root.firstElementChild, this);
        this.grid.big.element.focus({preventScroll: true});
    }

    async compare(state) {
        const [a, b] = currentCorrections(state.job).slice(-2);
        if (!b) return;
        state.comparison = await Comparison.load(state, a, b);
        const different = state.job.segments.find((segment) => state.comparison.slices(segment.key).length);
        if (different) {
            const slices = state.comparison.slices(different.key);
            state.select(different.key);
            state.moveTo({k: slices[slices.length >> 1]});
        }
        state.emit("compare");
    }

    /** Somebody else may decide while one looks. */
    watchJob(id) {
        return onEvent("jobs", async ({jobs}) => {
            if (!jobs?.includes(id) || this.editor.saving) return;
            const job = await get(`/api/jobs/${id}`).catch(() => null);
            if (!job || this.closed) return;
            Object.assign(this.state.job, {
                state: job.state, verdicts: job.verdicts, corrections: job.corrections, conflict: job.conflict,
                canDecide: job.canDecide,
            });
            this.state.emit("job");
            this.decisions.draw();
        });
    }

    warnBeforeUnload() {
        const warn = (event) => { if (this.editor.isChanged) event.preventDefault(); };
        addEventListener("beforeunload", warn);
        return () => removeEventListener("beforeunload", warn);
    }

    async mayLeave() {
        return !this.editor?.isChanged || leaveUnsaved(this.decisions);
    }

    close() {
        this.closed = true;
        this.stops.forEach((stop) => stop());
        this.time?.stop();
        this.grid?.stop();
        this.editor?.stop();
        this.state?.stop();
    }
}
