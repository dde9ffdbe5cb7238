/** Mean Dice of each patient before and after, joined by a line: who gained and who lost. */
import {number} from "../core/format.js";
import {t} from "../core/i18n.js";
import {dot, line, plot, scale, text, ticks} from "./plot.js";

const WIDTH = 460;
const HEIGHT = 260;
const [LEFT, RIGHT, TOP, BOTTOM] = [130, 370, 16, 226];

/** @param {{before: number, after: number}[]} patients */
export function patientPlot(patients) {
    if (!patients?.length) return null;
    const values = patients.flatMap(({before, after}) => [before, after]);
    const margin = 0.02;
    const [low, high] = [Math.max(0, Math.min(...values) - margin), Math.min(1, Math.max(...values) + margin)];
    const y = scale(low, high, BOTTOM, TOP);
    const gained = patients.filter(({before, after}) => after > before).length;
    return plot(WIDTH, HEIGHT, t("evaluation.patientsLabel", {n: patients.length, gained}),
        ticks(low, high, 4).map((tick) => [line(60, y(tick.value), 440, y(tick.value), "grid"), text(54, y(tick.value) + 4, tick.text, "end")]),
        patients.map(({before, after}) => {
            const kind = after >= before ? "better" : "worse";
            const title = `${number(before, 3)} → ${number(after, 3)}`;
            return [line(LEFT, y(before), RIGHT, y(after), `pair ${kind}`),
                dot(LEFT, y(before), 4.5, "stroke-before", title), dot(RIGHT, y(after), 4.5, "fill-after", title)];
        }),
        text(LEFT, HEIGHT - 10, t("evaluation.before"), "middle"), text(RIGHT, HEIGHT - 10, t("evaluation.after"), "middle"));
}
