/** The profiles in use: what each takes, whether its atlases are there, and why changed files are not used. Read-only. */
import {get, post} from "../core/api.js";
import {h, replace} from "../core/dom.js";
import {number} from "../core/format.js";
import {t} from "../core/i18n.js";
import {sayError} from "../shell/status.js";

const REFRESH_MS = 5000;
const HEADS = ["viewer.profile", "profiles.extends", "profiles.rank", "viewer.model", "profiles.segments", "profiles.atlases"];

/** @param {Element} root @returns {import("../core/router.js").Page} */
export function profilesPage(root) {
    const problems = h("div");
    const body = h("tbody");
    const rules = h("div");
    replace(root, h("div.page", null, h("h1", null, t("profiles")), h("p.muted", null, t("profiles.text")), problems,
        h("section.card", null, h("table.plain", null,
            h("thead", null, h("tr", null, HEADS.map((key) => h("th", {scope: "col"}, t(key))))), body)),
        asking((job) => explain(job, rules)), rules));
    let closed = false;

    async function load() {
        const answer = await get("/api/profiles");
        if (closed) return;
        replace(problems, problemCard(answer.problems));
        body.replaceChildren(...answer.items.map(row));
    }

    load().catch(sayError);
    const timer = setInterval(() => load().catch(() => {}), REFRESH_MS);
    return {
        unmount() {
            closed = true;
            clearInterval(timer);
        },
    };
}

/** Why the files as they lie there are not in use; nothing where they are. */
export function problemCard(problems) {
    if (!problems?.length) return null;
    return h("section.card.wide", {role: "alert"}, h("h2", null, h("span.chip.warn", null, t("profiles.refused"))),
        h("p", null, t("profiles.refusedText")),
        h("ul", null, problems.map((problem) => h("li", null,
            h("span.mono", null, problem.line === null ? problem.file : `${problem.file}:${problem.line}`),
            ` ${problem.message}. ${problem.remedy}.`))));
}

function row(profile) {
    return h("tr", null,
        h("td", null, profile.title, h("br"), h("small.muted.mono", null, `${profile.id} ${profile.version}`)),
        h("td.mono", null, profile.extends ?? "–"),
        h("td", null, profile.fallback ? t("profiles.fallback") : number(profile.priority)),
        h("td", null, profile.model),
        h("td.number", null, number(profile.segments)),
        h("td", null, profile.atlases.length === 0 ? "–" : profile.atlases.map((atlas) => h("div", null,
            h("span.mono", null, atlas.name), " ",
            !atlas.installed && h("span.chip.warn", null, t("profiles.notInstalled"))))));
}

/** Asks for the number of a case. */
function asking(run) {
    const input = /** @type {HTMLInputElement} */ (h("input", {type: "number", min: "1", required: true, "aria-label": t("profiles.case")}));
    return h("form.card", {onsubmit: (event) => {
        event.preventDefault();
        run(input.valueAsNumber).catch(sayError);
    }}, h("h2", null, t("explain")), h("div.buttons", null,
        h("label", null, t("profiles.case"), " ", input), h("button", null, t("explain"))));
}

async function explain(job, place) {
    const {items} = await post("/api/profiles/explain", {job});
    replace(place, h("section.card", null, rulesTable(items)));
}

/** Each rule and requirement of each profile, with what was seen. */
export function rulesTable(items) {
    const heads = ["worklist.profile", "explain.rule", "explain.seen", "explain.held"];
    return h("table.plain", null,
        h("thead", null, h("tr", null, heads.map((key) => h("th", {scope: "col"}, t(key))))),
        h("tbody", null, items.map((item) => h("tr", null,
            h("td", null, h("span", {class: item.matches ? "good" : "muted"}, `${item.profile} ${item.version}`)),
            h("td", {style: {"padding-left": `${0.6 + 1.2 * item.depth}rem`}}, item.rule,
                item.reason && h("div.bad", null, item.reason)),
            h("td.mono", null, item.seen.join(", ")),
            h("td.number", {class: item.holds ? "good" : "bad"}, `${item.holds ? "✓" : "✗"} ${item.held}/${item.instances}`)))));
}
