/**
 * The tools beside the picture, and what can be set of the one in use.
 */
import {h, replace} from "../core/dom.js";
import {t} from "../core/i18n.js";
import {icon} from "../shell/icons.js";
import {copyToNext, deleteOnSlice, interpolateSlices} from "./deeds.js";
import {optionsOf} from "./options.js";

const DRAWING = [["brush", "B"], ["eraser", "E"], ["fill", "F"], ["polygon", "P"]];
const PROMPTS = [["box", "R"], ["points", "C"]];

/** The tool buttons. */
export class ToolStrip {
    /**
     * @param {import("./editor.js").Editor} editor
     * @param {import("../viewer/viewgrid.js").ViewGrid} grid
     */
    constructor(editor, grid) {
        this.editor = editor;
        this.grid = grid;
        this.element = h("div.tool-strip", {role: "toolbar", "aria-label": t("tools"), "aria-orientation": "vertical"});
        this.options = h("section.tool-options", {"aria-label": t("tools.options")});
        editor.state.on(["tool", "masks", "compare", "job"], () => this.draw());
        this.draw();
    }

    draw() {
        const {editor} = this;
        this.grid.acquired.tool = editor.tool;
        this.grid.acquired.marks.style.cursor = editor.tool?.cursor ?? "";
        // Pointer moves redraw the marks; the buttons are made again only when they would differ.
        const shown = JSON.stringify([editor.toolName, editor.canEdit, editor.prompting, editor.history.done.length,
            editor.history.undone.length]);
        if (shown !== this.shown) replace(this.element, editor.mayEdit ? this.buttons() : null);
        this.shown = shown;
        this.drawOptions();
    }

    drawOptions() {
        const {editor} = this;
        const shown = JSON.stringify([editor.toolName, editor.threshold.on, editor.tools.points.adds, editor.proposals.waiting,
            editor.state.proposal && [editor.state.proposal.kind, editor.state.proposal.slices.size, editor.state.proposal.ms,
                editor.state.proposal.predictedIoU]]);
        if (shown !== this.shownOptions) replace(this.options, optionsOf(editor));
        this.shownOptions = shown;
        const size = this.options.querySelector("[data-role=brush-size]");
        if (size instanceof HTMLInputElement && Number(size.value) !== editor.brushMM) {
            size.value = String(editor.brushMM);
            const text = this.options.querySelector("[data-role=brush-text]");
            if (text) text.textContent = `${editor.brushMM} mm`;
        }
    }

    buttons() {
        const {editor} = this;
        const tool = ([name, key]) => this.button(name, `tool.${name}`, key, () => editor.choose(name), {
            pressed: editor.toolName === name, disabled: !editor.canEdit,
        });
        const deed = (name, key, run) => this.button(name === "delete" ? "trash" : name, `tool.${name}`, key, run, {disabled: !editor.canEdit});
        const prompts = PROMPTS.filter(([name]) => editor.takes(name));
        return [
            this.button("crosshair", "tool.look", "Esc", () => editor.choose(null), {pressed: editor.toolName === null}),
            h("hr"), DRAWING.map(tool),
            prompts.length > 0 && [h("hr"), prompts.map(tool),
                deed("propagate", "⇧↑ ⇧↓", () => editor.proposals.propagate([1, -1], 5))],
            h("hr"),
            deed("interpolate", "I", () => interpolateSlices(editor)),
            deed("copy", "D", () => copyToNext(editor, 1)),
            deed("delete", "Del", () => deleteOnSlice(editor)),
            h("hr"),
            this.button("undo", "tool.undo", "Ctrl Z", () => editor.undo(), {disabled: !editor.history.done.length}),
            this.button("redo", "tool.redo", "Ctrl Y", () => editor.redo(), {disabled: !editor.history.undone.length}),
        ];
    }

    button(name, key, shortcut, run, {pressed, disabled}) {
        return h("button.icon-button", {
            type: "button", title: `${t(key)} (${shortcut})`, "aria-label": t(key), disabled: Boolean(disabled),
            dataset: {tool: name}, "aria-pressed": pressed === undefined ? null : String(pressed), onclick: run,
        }, icon(name));
    }
}
