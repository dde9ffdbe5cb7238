/** The questions before a decision: why rejected, and what is saved. */
import {h} from "../core/dom.js";
import {t} from "../core/i18n.js";
import {ask} from "../shell/dialog.js";
import {effortTable, measuredTable} from "./effort.js";

const REASONS = ["wrongProtocol", "badImages", "wrongSegments", "notThisPatient"];

/** @returns {Promise<string|null>} the reason, or null when the person thought better of it */
export async function askReason() {
    const text = /** @type {HTMLTextAreaElement} */ (h("textarea", {
        required: true, maxlength: "500", "aria-label": t("reject.reason"), placeholder: t("reject.placeholder"),
    }));
    const choose = (reason) => () => {
        text.value = t(`reject.${reason}`);
        text.focus();
    };
    const answer = await ask(t("reject.title"), [
        h("div.chips.wrap", null, REASONS.map((reason) => h("button", {type: "button", onclick: choose(reason)}, t(`reject.${reason}`)))),
        h("label.field", null, h("span", null, t("reject.reason")), text),
        h("p.muted", null, t("reject.privacy")),
    ], [{value: "cancel", label: t("cancel")}, {value: "reject", label: t("decide.reject"), kind: "danger"}],
    {check: () => text.reportValidity()});
    return answer === "reject" ? text.value.trim() : null;
}

/**
 * @param {ReturnType<import("./effort.js").effortOf>} rows
 * @param {string} seconds how long it took, in words
 */
export async function askSave(rows, seconds) {
    return (await ask(t("save.title"), [
        effortTable(rows),
        h("p.muted", null, t("save.text", {seconds})),
    ], [{value: "cancel", label: t("cancel")}, {value: "save", label: t("save.button"), kind: "primary"}], {wide: true})) === "save";
}

/**
 * @param {{effort?: any[], message?: string}} answer
 * @param {any} job
 * @returns {Promise<boolean>} whether the person wants the next case
 */
export async function showSaved(answer, job) {
    return (await ask(t("saved.title"), [
        h("p", null, t("saved.text")),
        answer.effort?.length ? measuredTable(answer.effort, job) : null,
    ], [{value: "cancel", label: t("saved.stay")}, {value: "next", label: t("decide.next"), kind: "primary"}], {wide: true})) === "next";
}
