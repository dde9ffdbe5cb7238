/** The training runs, the one at work on top. */
import {post} from "../core/api.js";
import {h} from "../core/dom.js";
import {duration, number, time} from "../core/format.js";
import {t, word} from "../core/i18n.js";
import {confirmed} from "../shell/dialog.js";
import {sayError} from "../shell/status.js";
import {learningCurve} from "./curve.js";
import {meter} from "./waiting.js";

const KINDS = {promoted: "good", running: "", shadowing: "", waiting: "warn", failed: "bad", refused: "warn"};

/** @param {any} learning @param {any} actions */
export function runsSection(learning, actions) {
    const {running} = learning;
    return [
        h("h2", null, t("runs")),
        running && progress(running, actions),
        learning.runs.length === 0 && h("p.muted", null, t("runs.none")),
        h("ul.runs", null, learning.runs.map((run) => row(run, actions))),
    ];
}

function progress(run, actions) {
    return h("div.progress", {role: "group", "aria-label": t("runs.progress")},
        h("p", null, h("strong", null, word("run", run.state)), ` · ${run.id}`,
            h("span.muted", null, ` · ${t("runs.step", {n: number(run.step), count: number(run.steps)})}`,
                run.secondsLeft !== null && ` · ${t("runs.left", {time: duration(run.secondsLeft)})}`)),
        meter(run.step, run.steps, t("runs.progress")),
        learningCurve(run),
        actions.isAdmin && h("div.buttons", null, h("button", {
            type: "button", dataset: {key: "stop"}, onclick: () => stop(run, actions).catch(sayError),
        }, t("runs.stop"))));
}

async function stop(run, actions) {
    if (!(await confirmed(t("runs.stop"), t("runs.stopText"), t("runs.stop"), "danger"))) return;
    await post(`/api/learning/runs/${encodeURIComponent(run.id)}/stop`);
    await actions.reload();
}

function row(run, actions) {
    return h("li", {dataset: {run: run.id}, "aria-current": String(actions.chosen() === run.id)},
        h("button.link", {type: "button", dataset: {key: `run-${run.id}`}, onclick: () => actions.choose(run.id).catch(sayError)}, run.id),
        h("span.chip", {class: KINDS[run.state] ?? ""}, word("run", run.state)),
        h("small.muted", null, [run.profile, run.scope, time(run.started)].filter(Boolean).join(" · ")),
        run.reason && h("p.muted", {title: run.reason}, run.reason.split("\n")[0]));
}
