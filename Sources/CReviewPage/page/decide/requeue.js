/** What can be done with a job besides judging it: try again, cancel, plan anew, and ask why a profile matched. */
import {post} from "../core/api.js";
import {h} from "../core/dom.js";
import {t} from "../core/i18n.js";
import {ask, confirmed} from "../shell/dialog.js";
import {say, sayError} from "../shell/status.js";

/** Which deeds a state allows. @type {Record<string, string[]>} */
const DEEDS = {
    failed: ["retry", "replan"], "needs-prompt": ["replan"], annotated: ["replan"], queued: ["cancel"], rejected: ["replan"],
};

/**
 * @param {any} job
 * @param {boolean} mayDecide
 * @param {() => void} done
 */
export function jobDeeds(job, mayDecide, done) {
    const deeds = mayDecide ? DEEDS[job.state] ?? [] : [];
    return h("div.group.take", null,
        deeds.map((action) => h("button", {type: "button", onclick: () => requeue(job, action, done).catch(sayError)}, t(`requeue.${action}`))),
        h("button", {type: "button", onclick: () => explain(job).catch(sayError)}, t("explain")));
}

async function requeue(job, action, done) {
    if (!(await confirmed(t(`requeue.${action}`), t(`requeue.${action}.text`), t(`requeue.${action}`)))) return;
    const answer = await post(`/api/jobs/${job.job}/requeue`, {action});
    say(answer.message ?? t("requeue.done"), "good");
    done();
}

async function explain(job) {
    const answer = await post("/api/profiles/explain", {job: job.job});
    const heads = ["worklist.profile", "explain.rule", "explain.seen", "explain.held"];
    await ask(t("explain"), h("table.plain", null,
        h("thead", null, h("tr", null, heads.map((key) => h("th", {scope: "col"}, t(key))))),
        h("tbody", null, answer.items.map((row) => h("tr", null,
            h("td", null, h("span", {class: row.matches ? "good" : "muted"}, `${row.profile} ${row.version}`)),
            h("td", {style: {"padding-left": `${0.6 + 1.2 * row.depth}rem`}}, row.rule),
            h("td.mono", null, row.seen.join(", ")),
            h("td.number", {class: row.holds ? "good" : "bad"}, `${row.holds ? "✓" : "✗"} ${row.held}/${row.instances}`))))),
    [{value: "cancel", label: t("close"), kind: "primary"}], {wide: true});
}
