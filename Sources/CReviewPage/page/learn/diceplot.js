/** Dice of each segment before and after, and the difference with its interval. */
import {number} from "../core/format.js";
import {t} from "../core/i18n.js";
import {dot, line, plot, scale, text, ticks} from "./plot.js";

const WIDTH = 640;
const ROW = 24;
const TOP = 26;
const NAMES = 168;
const MIDDLE = 404;

/** @param {{name: string, scores: {before: number, after: number, interval: {lower: number, upper: number}|null}}[]} rows */
export function dicePlot(rows) {
    if (!rows.length) return null;
    const height = TOP + rows.length * ROW + 30;
    const values = rows.flatMap(({scores}) => [scores.before, scores.after]);
    const low = Math.max(0, Math.floor((Math.min(...values) - 0.03) * 10) / 10);
    const x = scale(low, 1, NAMES, MIDDLE - 44);
    const reach = Math.max(0.02, ...rows.map(({scores}) => Math.max(Math.abs(scores.after - scores.before),
        Math.abs(scores.interval?.lower ?? 0), Math.abs(scores.interval?.upper ?? 0)))) * 1.1;
    const d = scale(-reach, reach, MIDDLE + 10, WIDTH - 12);
    const bottom = height - 26;
    return plot(WIDTH, height, t("evaluation.diceLabel", {n: rows.length}),
        ticks(low, 1, 4).map((tick) => [line(x(tick.value), TOP - 6, x(tick.value), bottom, "grid"), text(x(tick.value), height - 8, tick.text, "middle")]),
        ticks(-reach, reach, 4).map((tick) => [line(d(tick.value), TOP - 6, d(tick.value), bottom, "grid"), text(d(tick.value), height - 8, tick.text, "middle")]),
        line(d(0), TOP - 6, d(0), bottom, "zero"),
        text((NAMES + MIDDLE - 44) / 2, 12, "Dice", "middle head"), text((MIDDLE + WIDTH) / 2, 12, t("evaluation.difference"), "middle head"),
        rows.map((row, index) => oneRow(row, TOP + index * ROW + ROW / 2, x, d)));
}

function oneRow({name, scores}, y, x, d) {
    const {before, after, interval} = scores;
    const difference = after - before;
    const kind = interval && interval.lower > 0 ? "better" : interval && interval.upper < 0 ? "worse" : "same";
    const title = `${number(before, 3)} → ${number(after, 3)}`;
    return [
        text(NAMES - 10, y + 4, name.split("/").pop().replace(/-/g, " "), "end name"),
        line(x(before), y, x(after), y, "join"),
        dot(x(before), y, 4.5, "stroke-before", title), dot(x(after), y, 4.5, "fill-after", title),
        interval && line(d(interval.lower), y, d(interval.upper), y, `interval ${kind}`),
        dot(d(difference), y, 4, `difference ${kind}`, title),
    ];
}
