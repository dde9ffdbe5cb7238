/**
 * The worklist's items, fetched page by page as the person scrolls; the server ranks and says how to go on.
 */
import {get} from "../core/api.js";

const PAGE = 60;

/** @typedef {{state: string, profile: string, search: string}} Query */

/** What was fetched of one query. */
export class WorklistPages {
    /** @param {() => void} changed */
    constructor(changed) {
        this.changed = changed;
        /** @type {any[]} */
        this.items = [];
        /** @type {Record<string, number>} */
        this.counts = {};
        /** @type {Query} */
        this.query = {state: "open", profile: "", search: ""};
        this.next = null;
        this.loading = false;
        this.generation = 0;
        /** Jobs that stand in a fresh first page and not here, or the other way round. */
        this.fresh = 0;
    }

    /**
     * Starts again with a query.
     * @param {Query} query
     */
    async open(query) {
        this.query = query;
        this.generation += 1;
        this.loading = false;
        this.next = "";
        const page = await this.fetchPage("");
        if (!page) return;
        this.items = page.items;
        this.next = page.next;
        this.fresh = 0;
        this.changed();
    }

    /** Fetches the next page, if there is one and none is on its way. */
    async more() {
        if (this.next === null || this.loading) return;
        const page = await this.fetchPage(this.next);
        if (!page) return;
        const known = new Set(this.items.map((item) => item.job));
        this.items.push(...page.items.filter((item) => !known.has(item.job)));
        this.next = page.next;
        this.changed();
    }

    /** Looks at the first page again: what is shown is brought up to date in its place, what is new is only counted. */
    async refresh() {
        const page = await this.fetchPage("");
        if (!page) return;
        const rows = new Map(this.items.map((item, index) => [item.job, index]));
        let fresh = 0;
        for (const item of page.items) {
            const index = rows.get(item.job);
            if (index === undefined) fresh += 1;
            else this.items[index] = item;
        }
        const now = new Set(page.items.map((item) => item.job));
        fresh += this.items.slice(0, page.items.length).filter((item) => !now.has(item.job) && fresh === 0).length;
        this.fresh = fresh;
        this.changed();
    }

    async fetchPage(cursor) {
        const generation = this.generation;
        this.loading = true;
        const {state, profile, search} = this.query;
        const values = new URLSearchParams({state, limit: String(PAGE)});
        if (profile) values.set("profile", profile);
        if (cursor) values.set("cursor", cursor);
        try {
            const page = await get(`/api/worklist?${values}`, {search});
            if (generation !== this.generation) return null;
            this.counts = page.counts ?? this.counts;
            return page;
        } finally {
            if (generation === this.generation) this.loading = false;
        }
    }
}
