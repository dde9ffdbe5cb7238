/** What is held back, why, and what helps. */
import {get, post} from "../core/api.js";
import {h, replace} from "../core/dom.js";
import {onEvent} from "../core/events.js";
import {time} from "../core/format.js";
import {t, word} from "../core/i18n.js";
import {bindKeys} from "../core/keys.js";
import {confirmed} from "../shell/dialog.js";
import {say, sayError} from "../shell/status.js";

/** @param {Element} root @param {{session: {role: string}}} context @returns {import("../core/router.js").Page} */
export function quarantinePage(root, {session}) {
    const isAdmin = session.role === "admin";
    const body = h("tbody");
    const more = h("button", {type: "button", hidden: true, onclick: () => load(next).catch(sayError)}, t("more"));
    const empty = h("p.muted", {hidden: true}, t("quarantine.empty"));
    const heads = ["quarantine.what", "quarantine.why", "quarantine.remedy", "quarantine.seen", ""];
    replace(root, h("div.page", null, h("h1", null, t("nav.quarantine")), h("p.muted", null, t("quarantine.text")),
        h("section.card", null, h("table.plain", null,
            h("thead", null, h("tr", null, heads.map((key) => h("th", {scope: "col"}, key && t(key))))), body), empty, more)));
    let next = null;

    async function load(cursor) {
        const page = await get(`/api/quarantine?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
        if (!cursor) body.replaceChildren();
        for (const item of page.items) body.append(row(item));
        next = page.next;
        more.hidden = next === null;
        empty.hidden = body.childElementCount > 0;
    }

    function row(item) {
        return h("tr", null,
            h("td", null, word("held", item.kind), h("br"), h("small.muted.mono", null, item.name ?? "", item.author && ` ${item.author}`)),
            h("td", null, h("span.chip.warn", null, item.reason), h("p", null, item.message)),
            h("td", null, item.remedy ?? "–"),
            h("td", null, time(item.seen)),
            h("td.number", null, isAdmin && h("button", {
                type: "button", "aria-label": `${t("quarantine.release")}: ${item.name ?? item.id}`, onclick: () => release(item).catch(sayError),
            }, t("quarantine.release"))));
    }

    async function release(item) {
        const byNumber = /** @type {HTMLInputElement} */ (h("input", {type: "checkbox"}));
        const text = [h("p", null, t(item.isStudyHeld ? "quarantine.releaseStudy" : "quarantine.releaseText")),
            item.kind === "correction" && h("label.check", null, byNumber, t("quarantine.byNumber"))];
        if (!(await confirmed(t("quarantine.release"), text, t("quarantine.release")))) return;
        const answer = await post("/api/quarantine/release", {
            kind: item.isStudyHeld ? "study" : item.kind, id: item.id, byNumber: item.kind === "correction" ? byNumber.checked : undefined,
        });
        say(answer.message ?? t("quarantine.released"), "good");
        await load(null);
    }

    load(null).catch(sayError);
    const stops = [onEvent("system", () => load(null).catch(() => {})), bindKeys([
        {keys: ["r"], label: "key.refresh", group: "nav.quarantine", run: () => load(null).catch(sayError)},
    ])];
    return {unmount: () => stops.forEach((stop) => stop())};
}
