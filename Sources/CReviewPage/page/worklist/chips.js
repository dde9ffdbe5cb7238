/** Reasons and states as chips: a word always stands there, the colour only helps. */
import {h} from "../core/dom.js";
import {word} from "../core/i18n.js";

const REASONS = {
    CONFLICT: "bad", FAILED: "bad", NEEDS_PROMPT: "warn", UNSTABLE: "warn", VOLUME: "warn", GAPS: "warn",
    NOT_FOUND: "", WARNING: "",
};
const STATES = {
    "needs-prompt": "warn", annotated: "", accepted: "good", corrected: "good", rejected: "bad", failed: "bad",
};

/** @param {{code: string, text: string}} reason */
export function reasonChip(reason) {
    return h("span.chip", {class: REASONS[reason.code] ?? "", title: reason.text}, word("reason", reason.code));
}

/** @param {string} state */
export function stateChip(state) {
    return h("span.chip", {class: STATES[state] ?? ""}, word("state", state));
}
