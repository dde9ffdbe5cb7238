/** The rail beside the worklist: states with their numbers, profile, search. */
import {get} from "../core/api.js";
import {h, replace} from "../core/dom.js";
import {number} from "../core/format.js";
import {t, word} from "../core/i18n.js";
import {icon} from "../shell/icons.js";

const STATES = ["open", "needs-prompt", "annotated", "corrected", "accepted", "rejected", "failed", "queued", "running", "all"];
const SEARCH_PAUSE_MS = 220;

/** Chooses what the worklist shows. */
export class Filters {
    /**
     * @param {import("./pages.js").Query} query
     * @param {(query: import("./pages.js").Query) => void} changed
     */
    constructor(query, changed) {
        this.query = {...query};
        this.changed = changed;
        this.search = /** @type {HTMLInputElement} */ (h("input", {
            type: "search", placeholder: t("worklist.search"), "aria-label": t("worklist.searchLabel"),
            value: query.search, autocomplete: "off", spellcheck: "false", oninput: () => this.typed(),
        }));
        this.profile = /** @type {HTMLSelectElement} */ (h("select", {
            "aria-label": t("worklist.profile"), onchange: () => this.change({profile: this.profile.value}),
        }, h("option", {value: ""}, t("worklist.allProfiles"))));
        this.states = h("ul.states");
        this.element = h("aside.filters", {"aria-label": t("worklist.filters")},
            h("label.search", null, icon("search"), this.search, h("kbd", {"aria-hidden": "true"}, "/")),
            this.states, this.profile);
        this.showCounts({});
        this.loadProfiles();
    }

    async loadProfiles() {
        const {items} = await get("/api/profiles").catch(() => ({items: []}));
        for (const {id, title} of items) this.profile.append(h("option", {value: id}, title));
        this.profile.value = this.query.profile;
    }

    typed() {
        clearTimeout(this.pause);
        this.pause = setTimeout(() => this.change({search: this.search.value.trim()}), SEARCH_PAUSE_MS);
    }

    change(values) {
        this.query = {...this.query, ...values};
        this.showCounts(this.counts);
        this.changed(this.query);
    }

    /** @param {Record<string, number>} counts */
    showCounts(counts) {
        this.counts = counts;
        const focused = this.states.contains(document.activeElement) && document.activeElement?.dataset.state;
        replace(this.states, STATES.map((state) => h("li", null, h("button", {
            type: "button", dataset: {state}, "aria-pressed": String(state === this.query.state),
            onclick: () => this.change({state}),
        }, h("span", null, word("state", state)), h("span.count", null, state in counts ? number(counts[state]) : "")))));
        if (focused) this.states.querySelector(`[data-state="${focused}"]`)?.focus();
    }
}
