/** What can be set of the tool in use, and what to do with a proposal. */
import {h} from "../core/dom.js";
import {number} from "../core/format.js";
import {t} from "../core/i18n.js";
import {MOST_NEIGHBOURS} from "./proposals.js";

/** @param {import("./editor.js").Editor} editor */
export function optionsOf(editor) {
    const {toolName} = editor;
    const parts = [];
    if (editor.state.proposal || editor.proposals.waiting) parts.push(proposal(editor));
    if (toolName === "brush" || toolName === "eraser") parts.push(brushSize(editor));
    if (toolName === "brush" || toolName === "eraser" || toolName === "fill") parts.push(threshold(editor));
    if (toolName === "box" || toolName === "points") parts.push(prompt(editor));
    if (toolName) parts.push(h("p.muted", null, t(`tool.${toolName}.hint`)));
    return parts.length ? [h("h3", null, toolName ? t(`tool.${toolName}`) : t("proposal")), parts] : null;
}

function brushSize(editor) {
    const input = /** @type {HTMLInputElement} */ (h("input", {
        type: "range", min: "1", max: "60", step: "1", value: String(editor.brushMM), dataset: {role: "brush-size"},
        "aria-label": t("brush.size"), oninput: () => editor.setBrush(Number(input.value)),
    }));
    return h("div.option", null, h("span", null, t("brush.size")), input,
        h("span.value", {dataset: {role: "brush-text"}}, `${editor.brushMM} mm`));
}

function threshold(editor) {
    const {units} = editor.state.job.volume;
    const change = (values) => {
        Object.assign(editor.threshold, values);
        editor.state.emit("tool");
    };
    const field = (name) => {
        const input = /** @type {HTMLInputElement} */ (h("input", {
            type: "number", value: String(editor.threshold[name]), "aria-label": t(`threshold.${name}`), step: "10",
            onchange: () => change({[name]: Number(input.value)}),
        }));
        return input;
    };
    const check = h("input", {type: "checkbox", checked: editor.threshold.on, onchange: (event) => change({on: event.target.checked})});
    return h("div.option", null, h("label.check", null, check, t("threshold")),
        editor.threshold.on && h("span.range", null, field("low"), "–", field("high"), ` ${units}`));
}

function prompt(editor) {
    const tool = editor.tools[editor.toolName];
    const choose = (adds) => {
        tool.adds = adds;
        editor.state.emit("tool");
    };
    return [
        h("p.muted", null, t("prompt.model", {model: editor.prompting.model ?? "–"})),
        editor.toolName === "points" && h("div.group", {role: "group", "aria-label": t("prompt.point")},
            h("button", {type: "button", "aria-pressed": String(tool.adds), onclick: () => choose(true)}, "+ ", t("prompt.plus")),
            h("button", {type: "button", "aria-pressed": String(!tool.adds), onclick: () => choose(false)}, "− ", t("prompt.minus"))),
        editor.takes("mask") && h("label.check", null,
            h("input", {type: "checkbox", checked: tool.sendsMask, onchange: (event) => { tool.sendsMask = event.target.checked; }}),
            t("prompt.mask")),
    ];
}

function proposal(editor) {
    const {proposals, state} = editor;
    if (!state.proposal) return h("p.waiting", {role: "status"}, t("proposal.waiting"));
    const {predictedIoU, ms, slices, kind} = state.proposal;
    const count = /** @type {HTMLInputElement} */ (h("input", {
        type: "number", min: "1", max: String(MOST_NEIGHBOURS), value: "5", "aria-label": t("propagate.count"),
    }));
    const go = (directions) => () => proposals.propagate(directions, Math.max(1, Math.min(MOST_NEIGHBOURS, Number(count.value) || 5)));
    return h("div.proposal", {role: "group", "aria-label": t("proposal")},
        h("p", null, kind === "prompt" ? t("proposal.one") : t("proposal.many", {n: slices.size}),
            h("span.muted", null, ` · ${t("proposal.iou", {value: number(predictedIoU, 2)})}`,
                ms !== null && ` · ${Math.round(ms)} ms`)),
        h("div.group.take", null,
            h("button.primary", {type: "button", onclick: () => proposals.take("replace")}, t("proposal.replace"), h("kbd", null, "⏎")),
            h("button", {type: "button", onclick: () => proposals.take("add")}, t("proposal.add")),
            h("button", {type: "button", onclick: () => proposals.take("subtract")}, t("proposal.subtract")),
            h("button", {type: "button", onclick: () => proposals.discard()}, t("proposal.discard"), h("kbd", null, "Esc"))),
        h("div.option", null, h("span", null, t("tool.propagate")), count,
            h("span.group", null,
                h("button", {type: "button", title: t("propagate.up"), "aria-label": t("propagate.up"), onclick: go([1])}, "+"),
                h("button", {type: "button", title: t("propagate.down"), "aria-label": t("propagate.down"), onclick: go([-1])}, "−"),
                h("button", {type: "button", title: t("propagate.both"), "aria-label": t("propagate.both"), onclick: go([1, -1])}, "±"))));
}
