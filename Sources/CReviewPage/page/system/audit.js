/** Who did what: the last entries of the audit trail, for administrators. */
import {get} from "../core/api.js";
import {h, replace} from "../core/dom.js";
import {time} from "../core/format.js";
import {t} from "../core/i18n.js";
import {sayError} from "../shell/status.js";

/** @param {Element} card */
export async function auditCard(card) {
    const body = h("tbody");
    const more = h("button", {type: "button", hidden: true, onclick: () => load().catch(sayError)}, t("more"));
    const heads = ["audit.time", "audit.user", "audit.action", "audit.subject", "audit.address"];
    replace(card, h("details", {ontoggle: () => body.childElementCount || load().catch(sayError)},
        h("summary", null, t("audit")),
        h("table.plain", null, h("thead", null, h("tr", null, heads.map((key) => h("th", {scope: "col"}, t(key))))), body), more));
    let next = "";

    async function load() {
        const page = await get(`/api/audit?limit=50${next ? `&cursor=${encodeURIComponent(next)}` : ""}`);
        for (const entry of page.items) body.append(row(entry));
        next = page.next;
        more.hidden = next === null || next === undefined;
    }
}

function row(entry) {
    const subject = [entry.job && t("system.job", {n: entry.job}), entry.detail].filter(Boolean).join(", ");
    return h("tr", null, h("td", null, time(entry.time)), h("td", null, entry.user ?? "–"), h("td.mono", null, entry.event),
        h("td", null, subject), h("td.mono", null, entry.address ?? ""));
}
