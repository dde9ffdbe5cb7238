/** Volumes of the candidate against the truth: difference over mean, with the limits of agreement (Bland and Altman, 1986). */
import {number} from "../core/format.js";
import {t} from "../core/i18n.js";
import {dot, line, plot, scale, text, ticks} from "./plot.js";

const WIDTH = 460;
const HEIGHT = 260;
const [LEFT, RIGHT, TOP, BOTTOM] = [62, 446, 12, 212];

/** @param {{kind: string, volumeML: number, truthML: number}[]} cases @param {string} kind */
export function blandAltman(cases, kind) {
    const points = cases.filter((entry) => entry.kind === kind && Number.isFinite(entry.truthML))
        .map((entry) => ({mean: (entry.volumeML + entry.truthML) / 2, difference: entry.volumeML - entry.truthML}));
    if (points.length < 2) return null;
    const bias = points.reduce((sum, point) => sum + point.difference, 0) / points.length;
    const deviation = Math.sqrt(points.reduce((sum, point) => sum + (point.difference - bias) ** 2, 0) / (points.length - 1));
    const limits = [bias - 1.96 * deviation, bias + 1.96 * deviation];
    const reach = Math.max(...points.map((point) => Math.abs(point.difference)), ...limits.map(Math.abs), 1) * 1.1;
    const most = Math.max(...points.map((point) => point.mean)) * 1.05 || 1;
    const x = scale(0, most, LEFT, RIGHT);
    const y = scale(-reach, reach, BOTTOM, TOP);
    return plot(WIDTH, HEIGHT, t("evaluation.volumesLabel", {bias: number(bias, 1), low: number(limits[0], 1), high: number(limits[1], 1)}),
        ticks(-reach, reach, 4).map((tick) => [line(LEFT, y(tick.value), RIGHT, y(tick.value), "grid"), text(LEFT - 6, y(tick.value) + 4, tick.text, "end")]),
        ticks(0, most, 5).map((tick) => text(x(tick.value), BOTTOM + 18, tick.text, "middle")),
        line(LEFT, y(bias), RIGHT, y(bias), "bias"),
        limits.map((limit) => line(LEFT, y(limit), RIGHT, y(limit), "limit")),
        points.map((point) => dot(x(point.mean), y(point.difference), 3.5, "fill-after point", `${number(point.difference, 1)} mL`)),
        text((LEFT + RIGHT) / 2, HEIGHT - 10, t("evaluation.volumesAxis"), "middle"));
}
