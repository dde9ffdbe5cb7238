/** What the keys do while a case is on the screen. */
import {go} from "../core/router.js";
import {sayError} from "../shell/status.js";
import {toolKeys} from "../correct/toolkeys.js";
import {oddSlices} from "./odd.js";

/** @returns {import("../core/keys.js").Key[]} */
export function jobKeys(page) {
    return [...toolKeys(page), ...lookKeys(page), ...decideKeys(page)];
}

function lookKeys({state, grid, bar, segments}) {
    const group = "help.look";
    const slices = (keys, label, by) => ({
        keys, label, group, repeat: true,
        run: () => {
            const {fixed} = grid.big.plane;
            state.moveTo({[fixed]: by(state.cursor[fixed], grid.big.plane)});
        },
    });
    const upwards = grid.map.upwards ? 1 : -1;
    return [
        slices(["ArrowUp", "ArrowRight"], "key.sliceUp", (at) => at + upwards),
        slices(["ArrowDown", "ArrowLeft"], "key.sliceDown", (at) => at - upwards),
        slices(["PageUp"], "key.sliceUp10", (at) => at + 10 * upwards),
        slices(["PageDown"], "key.sliceDown10", (at) => at - 10 * upwards),
        slices(["Home"], "key.firstSlice", () => 0),
        slices(["End"], "key.lastSlice", (_, plane) => plane.depth),
        {keys: ["m"], label: "key.odd", group, run: () => nextOdd(state)},
        {keys: ["j"], label: "key.nextSegment", group, repeat: true, run: () => segments.selectNext(1)},
        {keys: ["k"], label: "key.previousSegment", group, repeat: true, run: () => segments.selectNext(-1)},
        {keys: ["Enter", "."], label: "segments.jump", group, run: () => segments.jump(state.selected)},
        {keys: ["v"], label: "segments.visible", group, run: () => segments.toggle(state.selected)},
        {keys: [","], label: "segments.solo", group, run: () => segments.changeSolo(state.selected)},
        {keys: ["o"], label: "key.overlay", group, run: () => bar.nextMode()},
        {keys: ["Shift+b"], label: "overlay.boxes", group, run: () => bar.changeBoxes()},
        {keys: ["Shift+p"], label: "overlay.prior", group, run: () => bar.changePrior()},
        {keys: ["+", "="], label: "key.zoomIn", group, repeat: true, run: () => grid.zoom(1.2)},
        {keys: ["-"], label: "key.zoomOut", group, repeat: true, run: () => grid.zoom(1 / 1.2)},
        {keys: ["0"], label: "viewer.fit", group, run: () => grid.fit()},
        {keys: ["l"], label: "viewer.layout", group, run: () => grid.nextLayout()},
        ...state.windows.map((window, index) => ({
            keys: [String(index + 1)], label: window.name, group: "window", run: () => state.setWindow(window),
        })),
        {keys: ["w"], label: "key.window", group: "window", run: () => {}},
    ];
}

function nextOdd(state) {
    const odd = oddSlices(state);
    const next = odd.find((slice) => slice > state.cursor.k) ?? odd[0];
    if (next !== undefined) state.moveTo({k: next});
}

function decideKeys({decisions}) {
    const group = "help.decide";
    const safely = (work) => () => work().catch(sayError);
    return [
        {keys: ["a"], label: "decide.acceptNext", group, run: safely(() => decisions.accept())},
        {keys: ["x"], label: "decide.reject", group, run: safely(() => decisions.reject())},
        {keys: ["s", "Ctrl+s"], label: "decide.save", group, run: safely(() => decisions.save())},
        {keys: ["n"], label: "decide.next", group, run: safely(() => decisions.next())},
        {keys: ["t"], label: "compare.toggle", group, run: () => decisions.toggleComparison()},
        {keys: ["u"], label: "key.back", group, run: () => go("worklist")},
    ];
}
