/**
 * Deciding: accept, reject, save a correction, go on. Each answer says how long the person worked.
 */
import {get, post} from "../core/api.js";
import {h, replace} from "../core/dom.js";
import {duration, time} from "../core/format.js";
import {t, word} from "../core/i18n.js";
import {go} from "../core/router.js";
import {say, sayError} from "../shell/status.js";
import {nextJob} from "../worklist/queue.js";
import {comparisonPanel} from "./comparison.js";
import {askReason, askSave, showSaved} from "./dialogs.js";
import {effortOf} from "./effort.js";
import {jobDeeds} from "./requeue.js";
import {Verdicts} from "./verdicts.js";

const DECIDED = ["queued", "running", "failed"];

/** The end of the panel beside the pictures. */
export class DecisionPanel {
    /**
     * @param {import("../viewer/case.js").Case} state
     * @param {import("../correct/editor.js").Editor} editor
     * @param {{role: string}} session
     * @param {import("../core/activity.js").ActiveTime} time
     */
    constructor(state, editor, session, time) {
        this.state = state;
        this.editor = editor;
        this.time = time;
        this.mayDecide = session.role !== "viewer";
        this.verdicts = new Verdicts(this.canDecide);
        this.element = h("footer.decide");
        this.history = h("section.history", {"aria-label": t("history")});
        this.deeds = h("section.deeds");
        this.comparison = h("section.comparison", {hidden: true, "aria-label": t("compare")});
        state.on(["masks"], () => this.drawButtons());
        state.on(["compare"], () => this.showComparison());
        this.draw();
    }

    get canDecide() {
        return this.mayDecide && this.state.job.canDecide !== false && !DECIDED.includes(this.state.job.state);
    }

    get path() {
        return `/api/jobs/${this.state.job.job}`;
    }

    draw() {
        this.drawButtons();
        this.drawHistory();
        replace(this.deeds, jobDeeds(this.state.job, this.mayDecide, () => go("worklist")));
    }

    /** Whether there is something that could be accepted as it stands. */
    get isAcceptable() {
        const {job, baseName} = this.state;
        return !job.conflict && (job.state !== "needs-prompt" || baseName !== "result");
    }

    drawButtons() {
        const changed = this.editor.isChanged;
        const shown = JSON.stringify([changed, this.canDecide, this.isAcceptable, Boolean(this.busy)]);
        if (shown === this.shown) return;
        this.shown = shown;
        const run = (work) => () => work().catch(sayError);
        const off = !this.canDecide || this.busy;
        replace(this.element,
            changed && h("p.changed", {role: "status"}, t("decide.changed"),
                h("button.link", {type: "button", onclick: () => this.editor.revert()}, t("correct.revert"))),
            h("div.buttons", null,
                changed
                    ? h("button.primary", {type: "button", disabled: off, onclick: run(() => this.save())}, t("decide.save"), h("kbd", null, "S"))
                    : h("button.primary", {type: "button", disabled: off || !this.isAcceptable, onclick: run(() => this.accept())},
                        t("decide.acceptNext"), h("kbd", null, "A")),
                h("button.danger", {type: "button", disabled: off, onclick: run(() => this.reject())}, t("decide.reject"), h("kbd", null, "X")),
                h("button", {type: "button", onclick: run(() => this.next())}, t("decide.skip"), h("kbd", null, "N"))));
    }

    drawHistory() {
        const {verdicts, corrections} = this.state.job;
        const held = (corrections ?? []).filter((correction) => correction.state === "held").map((correction) => ({
            time: correction.received, by: correction.author, verdict: "held", reason: correction.reason?.text,
        }));
        const entries = [...held, ...(verdicts ?? [])].sort((a, b) => String(b.time).localeCompare(String(a.time)));
        replace(this.history, entries.length ? [h("h3", null, t("history")), h("ul", null, entries.map((entry) => h("li", null,
            h("strong", null, word("verdict", entry.verdict)), ` ${entry.by ?? ""} `, h("small.muted", null, time(entry.time),
                entry.seconds ? ` · ${duration(entry.seconds)}` : ""),
            (entry.reason ?? entry.detail) && h("p.muted", null, entry.reason ?? entry.detail))))] : null);
    }

    showComparison() {
        const {comparison} = this.state;
        this.comparison.hidden = !comparison;
        replace(this.comparison, comparison ? comparisonPanel(this.state, (correction) => this.acceptCorrection(correction).catch(sayError)) : null);
        this.drawButtons();
    }

    toggleComparison() {
        this.state.comparison?.next();
        if (this.state.comparison) this.state.emit("compare");
    }

    /** Accepts what is shown: the correction it started from, or the result. */
    async accept() {
        if (!this.canDecide || this.busy) return;
        if (this.editor.isChanged) {
            await this.save();
            return;
        }
        if (!this.isAcceptable) {
            say(t(this.state.job.conflict ? "compare.choose" : "decide.nothingYet"));
            return;
        }
        const correction = /^correction-(\d+)$/.exec(this.state.baseName);
        const decision = correction ? {decision: "acceptCorrection", correction: Number(correction[1])} : {decision: "accept"};
        await this.decide(decision, t("decide.accepted"));
    }

    async acceptCorrection(correction) {
        await this.decide({decision: "acceptCorrection", correction: correction.id}, t("decide.accepted"));
    }

    async reject() {
        if (!this.canDecide || this.busy) return;
        const reason = await askReason();
        if (reason) await this.decide({decision: "reject", reason}, t("decide.rejected"));
    }

    async decide(body, message) {
        await this.work(async () => {
            await post(`${this.path}/decisions`, {...body, seconds: Math.round(this.time.seconds), segments: this.verdicts.body});
            say(message, "good");
            this.editor.state.base = this.state.masks;
            this.editor.known = false;
            await this.next();
        });
    }

    /** @returns {Promise<boolean>} whether it was saved */
    async save() {
        if (!this.canDecide || this.busy || !this.editor.isChanged) return false;
        if (!(await askSave(effortOf(this.editor), duration(this.time.seconds)))) return false;
        const changed = new Set(this.editor.changedKeys());
        const answer = await this.work(() => this.send());
        const effort = answer.effort?.filter((entry) => changed.has(entry.key));
        if (await showSaved({...answer, effort}, this.state.job)) await this.next();
        return true;
    }

    async send() {
        const {state, editor} = this;
        const answer = await post(`${this.path}/corrections`, {
            base: state.baseName,
            seconds: Math.round(this.time.seconds),
            segments: state.job.segments.map((segment) => ({
                key: segment.key, runs: state.masks.runs(segment.key), tools: [...editor.used.get(segment.key) ?? []],
            })),
        });
        state.baseName = `correction-${answer.correction}`;
        editor.markSaved();
        Object.assign(state.job, await get(this.path).catch(() => ({})));
        state.emit("job");
        this.draw();
        return answer;
    }

    async work(task) {
        this.busy = true;
        this.editor.saving = true;
        this.drawButtons();
        try {
            return await task();
        } finally {
            this.busy = false;
            this.editor.saving = false;
            this.drawButtons();
        }
    }

    async next() {
        const job = await nextJob(this.state.job.job);
        if (job === null) say(t("decide.noMore"));
        go(job === null ? "worklist" : `job/${job}`);
    }
}
