/** What can be done with a job besides judging it: try again, cancel, plan anew, and ask why a profile matched. */
import {post} from "../core/api.js";
import {h} from "../core/dom.js";
import {t} from "../core/i18n.js";
import {ask, confirmed} from "../shell/dialog.js";
import {say, sayError} from "../shell/status.js";
import {rulesTable} from "../system/profiles.js";

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
    await ask(t("explain"), rulesTable(answer.items),
    [{value: "cancel", label: t("close"), kind: "primary"}], {wide: true});
}
