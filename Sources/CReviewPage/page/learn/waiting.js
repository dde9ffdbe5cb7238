/** What waits to be learnt from, and the button that begins. */
import {post} from "../core/api.js";
import {h} from "../core/dom.js";
import {number} from "../core/format.js";
import {t} from "../core/i18n.js";
import {confirmed} from "../shell/dialog.js";
import {say, sayError} from "../shell/status.js";

/** @param {any} learning @param {any} actions */
export function waitingSection(learning, actions) {
    const {corrections, reviews} = learning;
    return [
        h("h2", null, t("learn.reviews")),
        h("div.figures", null,
            figure(corrections.sinceLast, t("learn.sinceLast"), corrections.threshold
                ? t("learn.threshold", {n: corrections.threshold}) : ""),
            figure(reviews.corrected, t("state.corrected")),
            figure(reviews.accepted, t("state.accepted")),
            figure(reviews.rejected, t("state.rejected"))),
        corrections.threshold ? meter(corrections.sinceLast, corrections.threshold, t("learn.sinceLast")) : null,
        corrections.waiting > 0 && h("p.muted", null, t("learn.waiting", {n: number(corrections.waiting)})),
        h("p.muted", null, learning.schedule ? t("learn.schedule", {when: learning.schedule}) : t("learn.noSchedule")),
        actions.isAdmin && h("div.buttons", null, h("button.primary", {
            type: "button", disabled: !learning.canStart, dataset: {key: "start"}, onclick: () => start(actions).catch(sayError),
        }, t("learn.start"))),
        learning.why && h("p.muted", null, learning.why),
    ];
}

function figure(value, label, note = "") {
    return h("div.figure", null, h("strong", null, number(value)), h("span", null, label), note && h("small.muted", null, note));
}

/** How far something is, as a bar that screen readers know. */
export function meter(value, most, label) {
    const part = Math.max(0, Math.min(1, value / most));
    return h("div.meter", {
        role: "progressbar", "aria-label": label, "aria-valuemin": "0", "aria-valuemax": String(most), "aria-valuenow": String(value),
    }, h("span", {style: {"--part": String(part)}}));
}

async function start(actions) {
    if (!(await confirmed(t("learn.start"), t("learn.startText"), t("learn.start")))) return;
    await post("/api/learning/runs");
    say(t("learn.started"), "good");
    await actions.reload();
}
