/** The model in use, the ones before, and the way back. */
import {post} from "../core/api.js";
import {h} from "../core/dom.js";
import {time} from "../core/format.js";
import {t} from "../core/i18n.js";
import {ask} from "../shell/dialog.js";
import {say, sayError} from "../shell/status.js";

/** @param {any} learning @param {any} actions */
export function modelsSection(learning, actions) {
    const {channels, models} = learning;
    const {production} = channels;
    return [
        h("h2", null, t("models")),
        production ? h("p.production", null, h("strong", null, production.name), h("span.chip.good", null, t("models.inUse")),
            h("small.muted", null, `${t("models.since", {time: time(production.since), name: production.by})} · `,
                h("span.mono", null, production.sha256.slice(0, 12)))) : h("p.muted", null, t("models.none")),
        actions.isAdmin && channels.history.length > 0 && h("div.buttons", null, h("button", {
            type: "button", dataset: {key: "rollback"}, onclick: () => rollBack(channels, actions).catch(sayError),
        }, t("models.rollBack"))),
        h("table.plain", null,
            h("thead", null, h("tr", null, ["models.name", "models.origin", "models.created", ""].map((key) => h("th", {scope: "col"}, key && t(key))))),
            h("tbody", null, models.map((model) => h("tr", null,
                h("td", null, model.name, h("br"), h("small.muted.mono", null, `${model.architecture} · ${model.sha256.slice(0, 12)}`)),
                h("td", null, model.origin),
                h("td", null, time(model.created)),
                h("td.number", null, actions.isAdmin && model.name !== production?.name && h("button", {
                    type: "button", dataset: {key: `promote-${model.name}`}, onclick: () => promote(model, actions).catch(sayError),
                }, t("models.promote"))))))),
        channels.history.length > 0 && h("details", null, h("summary", null, t("models.history")),
            h("ul.switches", null, channels.history.map((entry) => h("li", null, h("strong", null, entry.model),
                h("small.muted", null, ` ${t("models.since", {time: time(entry.since), name: entry.by})} `),
                entry.report?.startsWith("/api/learning/runs/") &&
                    h("a", {href: entry.report, target: "_blank", rel: "noopener"}, t("evaluation.report")))))),
    ];
}

/** Asks for a reason as well: it stands in the record of promotions. */
async function reasoned(title, text, label) {
    const input = /** @type {HTMLInputElement} */ (h("input", {required: true, maxlength: "200", "aria-label": t("models.reason")}));
    const answer = await ask(title, [h("p", null, text), h("label.field", null, h("span", null, t("models.reason")), input)],
        [{value: "cancel", label: t("cancel")}, {value: "yes", label, kind: "primary"}], {check: () => input.reportValidity()});
    return answer === "yes" ? input.value.trim() : null;
}

async function promote(model, actions) {
    const reason = await reasoned(t("models.promote"), t("models.promoteText", {name: model.name}), t("models.promote"));
    if (!reason) return;
    await post("/api/learning/promote", {model: model.name, reason});
    say(t("models.promoted", {name: model.name}), "good");
    await actions.reload();
}

async function rollBack(channels, actions) {
    const before = channels.history[1]?.model;
    const text = before ? t("models.rollBackTo", {name: before}) : t("models.rollBackText");
    const reason = await reasoned(t("models.rollBack"), text, t("models.rollBack"));
    if (!reason) return;
    await post("/api/learning/rollback", {reason});
    say(t("models.rolledBack"), "good");
    await actions.reload();
}
