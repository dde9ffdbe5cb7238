/** How the service is: queue, workers, disk, throughput, versions. */
import {get} from "../core/api.js";
import {h, replace} from "../core/dom.js";
import {onEvent} from "../core/events.js";
import {bytes, number, time} from "../core/format.js";
import {t, word} from "../core/i18n.js";
import {meter} from "../learn/waiting.js";
import {sayError} from "../shell/status.js";
import {throughput} from "./throughput.js";
import {auditCard} from "./audit.js";
import {problemCard} from "./profiles.js";

const REFRESH_MS = 5000;
const FULL = 0.92;
const ORDER = ["queued", "running", "needs-prompt", "annotated", "corrected", "accepted", "rejected", "failed", "cancelled"];

/** @param {Element} root @param {{session: {role: string}}} context @returns {import("../core/router.js").Page} */
export function systemPage(root, {session}) {
    const cards = h("div.cards.system");
    const isAdmin = session.role === "admin";
    const audit = isAdmin ? h("section.card.wide") : null;
    replace(root, h("div.page", null, h("h1", null, t("nav.system")), cards, audit));
    let closed = false;

    async function load() {
        const [system, profiles] = await Promise.all([get("/api/system"), get("/api/profiles")]);
        if (!closed) replace(cards, problemCard(profiles.problems), queue(system), work(system), disk(system), version(system, profiles));
    }

    load().catch(sayError);
    if (audit) auditCard(audit).catch(sayError);
    const timer = setInterval(() => load().catch(() => {}), REFRESH_MS);
    const stop = onEvent("system", () => load().catch(() => {}));
    return {
        unmount() {
            closed = true;
            clearInterval(timer);
            stop();
        },
    };
}

function facts(rows) {
    return h("dl.facts", null, rows.map(([name, value]) => [h("dt", null, name), h("dd", null, value)]));
}

function queue({queue: states}) {
    return h("section.card", null, h("h2", null, t("system.queue")),
        facts(ORDER.filter((state) => states[state] !== undefined).map((state) => [word("state", state), number(states[state])])));
}

function work({workers, throughput: hours}) {
    return h("section.card", null, h("h2", null, t("system.work")),
        workers.length === 0 && h("p.muted", null, t("system.free")),
        h("ul", null, workers.map((worker) => h("li", null, worker.id, " ",
            h("a", {href: `#/job/${worker.job}`}, t("system.job", {n: worker.job})),
            worker.since && h("small.muted", null, ` · ${time(worker.since)}`)))),
        hours?.length > 0 && [h("h3", null, t("system.throughput")), throughput(hours)]);
}

function disk({disk: folders}) {
    return h("section.card", null, h("h2", null, t("system.disk")), folders.map((folder) => {
        const used = 1 - folder.freeBytes / folder.totalBytes;
        const bar = meter(Math.round(used * 100), 100, folder.folder);
        bar.classList.toggle("full", used > FULL);
        return h("div", null, h("p", null, folder.folder, h("span.muted", null, ` · ${t("system.freeOf", {
            free: bytes(folder.freeBytes), total: bytes(folder.totalBytes),
        })}`)), bar);
    }));
}

function version(system, profiles) {
    return h("section.card", null, h("h2", null, t("system.version")), facts([
        ["Preread", system.version], [t("system.started"), time(system.started)],
        [t("system.memory"), `${number(system.memoryMB)} MB`], [t("system.cores"), number(system.cores)],
        ...system.models.map((model) => [t("viewer.model"), [model.name, ...model.channels].join(" · ")]),
        ...profiles.items.map((profile) => [t("viewer.profile"), `${profile.title} ${profile.version} · ${t("system.segments", {n: profile.segments})}`]),
    ]), h("p", null, h("a", {href: "#/profiles"}, t("profiles"))));
}
