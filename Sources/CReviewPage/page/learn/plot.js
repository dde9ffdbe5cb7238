/** What all plots share: a frame in its own units, ticks at round numbers. */
import {svg} from "../core/dom.js";
import {number} from "../core/format.js";

/**
 * @param {number} low @param {number} high @param {number} [count] about how many
 * @returns {{value: number, text: string}[]}
 */
export function ticks(low, high, count = 5) {
    const span = high - low || 1;
    const rough = span / count;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? power * 10;
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    const out = [];
    for (let value = Math.ceil(low / step - 1e-9) * step; value <= high + step * 1e-6; value += step) {
        out.push({value, text: number(Math.abs(value) < step / 1e6 ? 0 : value, digits)});
    }
    return out;
}

/** @param {number} low @param {number} high @param {number} from @param {number} to */
export function scale(low, high, from, to) {
    const factor = (to - from) / (high - low || 1);
    return (value) => from + (value - low) * factor;
}

/**
 * A picture with words for those who do not see it.
 * @param {number} width @param {number} height
 * @param {string} label
 * @param {...import("../core/dom.js").Child} children
 */
export function plot(width, height, label, ...children) {
    return svg("svg.plot", {viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label},
        svg("title", null, label), ...children);
}

/** @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 @param {string} name a class */
export function line(x1, y1, x2, y2, name) {
    return svg("line", {x1, y1, x2, y2, class: name});
}

/** @param {number} x @param {number} y @param {string} words @param {string} [name] a class */
export function text(x, y, words, name = "") {
    return svg("text", {x, y, class: name}, words);
}

/** @param {number} cx @param {number} cy @param {number} r @param {string} name @param {string} [title] */
export function dot(cx, cy, r, name, title) {
    return svg("circle", {cx, cy, r, class: name}, title && svg("title", null, title));
}
