/**
 * Learning: what waits, what runs, what was measured, which model is in use.
 */
import {get} from "../core/api.js";
import {h, replace} from "../core/dom.js";
import {onEvent} from "../core/events.js";
import {t} from "../core/i18n.js";
import {bindKeys} from "../core/keys.js";
import {sayError} from "../shell/status.js";
import {evaluationSection} from "./evaluation.js";
import {modelsSection} from "./models.js";
import {runsSection} from "./runs.js";
import {waitingSection} from "./waiting.js";

const REFRESH_MS = 1000;

/** @param {Element} root @param {{session: {role: string}}} context @returns {import("../core/router.js").Page} */
export function learnPage(root, {session}) {
    const page = new LearnPage(root, session);
    page.load().catch(sayError);
    return {unmount: () => page.close()};
}

class LearnPage {
    constructor(root, session) {
        this.isAdmin = session.role === "admin";
        this.parts = {waiting: h("section.card"), runs: h("section.card"), models: h("section.card"), evaluation: h("section.card.wide")};
        this.element = h("div.page.learn", null, h("h1", null, t("nav.learn")),
            h("div.cards", null, Object.values(this.parts)));
        replace(root, this.element);
        /** @type {string|null} */
        this.chosen = null;
        this.pause = 0;
        this.stops = [
            onEvent("training", () => this.soon()),
            bindKeys([{keys: ["r"], label: "key.refresh", group: "nav.learn", run: () => this.load().catch(sayError)}]),
        ];
    }

    soon() {
        this.pause ||= setTimeout(() => {
            this.pause = 0;
            this.load().catch(() => {});
        }, REFRESH_MS);
    }

    async load() {
        const learning = await get("/api/learning");
        if (this.closed) return;
        const before = this.learning;
        this.learning = learning;
        const actions = {
            isAdmin: this.isAdmin,
            reload: () => this.load(),
            choose: (id) => this.choose(id),
            chosen: () => this.chosen,
        };
        this.keepFocus(() => {
            replace(this.parts.waiting, waitingSection(learning, actions));
            replace(this.parts.runs, runsSection(learning, actions));
            replace(this.parts.models, modelsSection(learning, actions));
        });
        const judged = learning.runs.find((run) => !["running", "waiting", "failed", "stopped"].includes(run.state));
        const ended = before?.running && !learning.running;
        if (!this.chosen || ended) await this.choose(ended || !this.chosen ? judged?.id ?? null : this.chosen);
    }

    /** New numbers must not take the focus away from who is on a button. */
    keepFocus(draw) {
        const key = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.key : null;
        draw();
        if (key) /** @type {HTMLElement|null} */ (this.element.querySelector(`[data-key="${CSS.escape(key)}"]`))?.focus();
    }

    /** Shows the evaluation of a run. @param {string|null} id */
    async choose(id) {
        this.chosen = id;
        if (!id) {
            replace(this.parts.evaluation, evaluationSection(null));
            return;
        }
        const run = await get(`/api/learning/runs/${encodeURIComponent(id)}`);
        if (!this.closed && this.chosen === id) replace(this.parts.evaluation, evaluationSection(run));
        for (const row of this.element.querySelectorAll("[data-run]")) {
            row.setAttribute("aria-current", String(row.dataset.run === id));
        }
    }

    close() {
        this.closed = true;
        clearTimeout(this.pause);
        this.stops.forEach((stop) => stop());
    }
}
