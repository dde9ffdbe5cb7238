/** How a run learns: the loss of its training and the Dice on cases that it does not learn from. */
import {h, svg} from "../core/dom.js";
import {number} from "../core/format.js";
import {t} from "../core/i18n.js";
import {line, plot, scale, text, ticks} from "./plot.js";

const WIDTH = 640;
const HEIGHT = 210;
const FRAME = {left: 44, right: 592, top: 14, bottom: 168};

/** @param {{loss: number[][], validation: number[][], steps: number, step: number}} run */
export function learningCurve(run) {
    if (!run.loss.length && !run.validation.length) return null;
    const most = Math.max(run.steps, ...run.loss.map(([step]) => step), 1);
    const x = scale(0, most, FRAME.left, FRAME.right);
    const loss = axis(run.loss, 0);
    const dice = axis(run.validation, null);
    const label = t("curve.label", {loss: number(run.loss.at(-1)?.[1], 3), dice: number(run.validation.at(-1)?.[1], 3)});
    return h("figure", null, plot(WIDTH, HEIGHT, label,
        loss.ticks.map(({value, text: words}) => [line(FRAME.left, loss.y(value), FRAME.right, loss.y(value), "grid"),
            text(FRAME.left - 6, loss.y(value) + 4, words, "end")]),
        ticks(0, most).map(({value, text: words}) => text(x(value), FRAME.bottom + 18, words, "middle")),
        run.validation.length > 0 && dice.ticks.map(({value, text: words}) => text(FRAME.right + 6, dice.y(value) + 4, words)),
        path(run.loss, x, loss.y, "curve-loss"), path(run.validation, x, dice.y, "curve-dice"),
        run.validation.map(([step, value]) => svg("circle", {cx: x(step), cy: dice.y(value), r: 3, class: "fill-after"})),
        text((FRAME.left + FRAME.right) / 2, HEIGHT - 2, t("curve.steps"), "middle")),
    h("figcaption", null, h("span.key.loss", null, t("curve.loss")), h("span.key.dice", null, t("curve.dice"))));
}

function axis(points, floor) {
    const values = points.map(([, value]) => value);
    const low = floor ?? Math.min(...values, 1);
    const high = Math.max(...values, low + 1e-3);
    const margin = floor === null ? (high - low) * 0.1 + 0.005 : 0;
    const [from, to] = [low - margin, high + (high - low) * 0.05 + margin];
    return {y: scale(from, to, FRAME.bottom, FRAME.top), ticks: points.length ? ticks(from, to, 4) : []};
}

function path(points, x, y, name) {
    if (!points.length) return null;
    return svg("path", {d: `M${points.map(([step, value]) => `${x(step).toFixed(1)} ${y(value).toFixed(1)}`).join("L")}`, class: name});
}
