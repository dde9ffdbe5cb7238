/** What the keys do while drawing. */
import {copyToNext, deleteOnSlice, interpolateSlices} from "./deeds.js";

/** @param {any} page @returns {import("../core/keys.js").Key[]} */
export function toolKeys({editor, grid}) {
    const group = "help.correct";
    const {proposals} = editor;
    const choose = (key, name) => ({keys: [key], label: `tool.${name}`, group, run: () => editor.choose(name)});
    const key = (keys, label, run, repeat = false) => ({keys, label, group, run, repeat});
    const up = () => (grid.map.upwards ? 1 : -1);
    const canPropagate = () => editor.takes("box") && editor.canEdit;
    return [
        choose("b", "brush"), choose("e", "eraser"), choose("f", "fill"), choose("p", "polygon"), choose("r", "box"),
        choose("c", "points"),
        key(["["], "brush.smaller", () => editor.setBrush(editor.brushMM / 1.15), true),
        key(["]"], "brush.larger", () => editor.setBrush(Math.max(editor.brushMM * 1.15, editor.brushMM + 0.2)), true),
        key(["i"], "tool.interpolate", () => interpolateSlices(editor)),
        key(["d"], "tool.copy", () => copyToNext(editor, 1)),
        key(["Shift+d"], "tool.copyBack", () => copyToNext(editor, -1)),
        key(["Delete"], "tool.delete", () => deleteOnSlice(editor)),
        key(["Shift+ArrowUp"], "propagate.headwards", () => canPropagate() && proposals.propagate([up()], 5)),
        key(["Shift+ArrowDown"], "propagate.footwards", () => canPropagate() && proposals.propagate([-up()], 5)),
        key(["Ctrl+z"], "tool.undo", () => editor.undo(), true),
        key(["Ctrl+y", "Ctrl+Shift+z"], "tool.redo", () => editor.redo(), true),
        ...closing(editor, key),
    ];
}

/** Enter and Escape: first what is proposed, then what is being drawn, then the tool itself. */
function closing(editor, key) {
    const {proposals} = editor;
    const busy = () => Boolean(editor.state.proposal) || Boolean(editor.tool?.finish);
    const enter = key(["Enter"], "tool.finish", () => proposals.take("replace") || editor.tool?.finish?.());
    const add = key(["Shift+Enter"], "proposal.add", () => proposals.take("add"));
    const subtract = key(["Alt+Enter"], "proposal.subtract", () => proposals.take("subtract"));
    return [
        {...enter, when: busy}, add, subtract,
        key(["Escape"], "tool.leave", () => {
            if (!proposals.discard() && !editor.tool?.cancel?.()) editor.choose(null);
        }),
        key(["Backspace"], "tool.back", () => editor.tool?.back?.()),
    ];
}
