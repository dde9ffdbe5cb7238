/**
 * Short messages: shown for a moment in a corner, spoken by screen readers, never covering the picture.
 */
import {h, replace} from "../core/dom.js";
import {t} from "../core/i18n.js";

const region = h("div.messages", {role: "status", "aria-live": "polite"});
document.body.append(region);

/**
 * @param {string} text
 * @param {"info"|"good"|"bad"} [kind] bad ones stay until they are closed by a click
 */
export function say(text, kind = "info") {
    const message = h("div.message", {class: kind}, text);
    message.addEventListener("click", () => message.remove());
    region.append(message);
    while (region.childElementCount > 3) region.firstElementChild?.remove();
    setTimeout(() => message.remove(), kind === "bad" ? 12000 : 4500);
}

/** Says what went wrong, with the remedy when the server knows one. @param {any} error */
export function sayError(error) {
    if (error?.name === "AbortError" || error?.status === 401) return;
    const text = error?.status === 0 ? t("error.offline") : error?.message ?? String(error);
    say(error?.remedy ? `${text} ${error.remedy}` : text, "bad");
}

/** Speaks without showing, for example the slice that was reached. @param {string} text */
export function speak(text) {
    replace(spoken, text);
}

const spoken = h("div.spoken", {role: "status", "aria-live": "polite"});
document.body.append(spoken);
