/**
 * Questions to the person, in the browser's own dialog: it keeps the focus inside and closes by Escape.
 */
import {h} from "../core/dom.js";
import {t} from "../core/i18n.js";

/**
 * @typedef {object} Answer
 * @property {string} value what is resolved
 * @property {string} label
 * @property {"primary"|"danger"|""} [kind]
 */

/**
 * Asks and waits. Resolves "" when the dialog is closed without an answer.
 * @param {string} title
 * @param {import("../core/dom.js").Child} content
 * @param {Answer[]} answers
 * @param {{wide?: boolean, check?: () => boolean}} [options] `check` may keep the dialog open
 * @returns {Promise<string>}
 */
export function ask(title, content, answers, options = {}) {
    const before = document.activeElement;
    const form = h("form", {method: "dialog"},
        h("h2", {id: "dialog-title"}, title),
        h("div.content", null, content),
        h("footer", null, answers.map((answer) => h("button", {
            type: "submit", value: answer.value, class: answer.kind ?? "",
            autofocus: answer.kind === "primary",
        }, answer.label))));
    const dialog = /** @type {HTMLDialogElement} */ (h("dialog", {
        "aria-labelledby": "dialog-title", class: options.wide ? "wide" : "",
    }, form));
    document.body.append(dialog);
    return new Promise((resolve) => {
        form.addEventListener("submit", (event) => {
            const submitter = /** @type {HTMLButtonElement} */ (/** @type {SubmitEvent} */ (event).submitter);
            if (submitter?.value && submitter.value !== "cancel" && options.check && !options.check()) {
                event.preventDefault();
            }
        });
        dialog.addEventListener("close", () => {
            dialog.remove();
            if (before instanceof HTMLElement) before.focus({preventScroll: true});
            resolve(dialog.returnValue === "cancel" ? "" : dialog.returnValue);
        });
        dialog.addEventListener("cancel", () => { dialog.returnValue = ""; });
        dialog.showModal();
        dialog.scrollTop = 0;
    });
}

/**
 * A yes-or-no question before something that has consequences.
 * @param {string} title
 * @param {import("../core/dom.js").Child} text
 * @param {string} label the word on the button that does it
 * @param {"primary"|"danger"} [kind]
 */
export async function confirmed(title, text, label, kind = "primary") {
    const answers = [{value: "cancel", label: t("cancel")}, {value: "yes", label, kind}];
    return (await ask(title, text, answers)) === "yes";
}
