/**
 * What is drawn over the picture and is no picture: crosshair, scale, boxes, the tool's own marks.
 */
import {setting} from "../core/settings.js";

const NICE_MM = [1, 2, 5, 10, 20, 50, 100, 200];

/** @param {import("./view.js").View} view */
export function drawMarks(view) {
    const context = /** @type {CanvasRenderingContext2D} */ (view.marks.getContext("2d"));
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, view.marks.width, view.marks.height);
    context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
    if (view.state.overlay.boxes && view.plane.fixed === "k") drawBoxes(context, view);
    // While drawing the lines would only be in the way.
    if (setting("showCrosshair") && !view.tool) drawCrosshair(context, view);
    drawScale(context, view);
    view.tool?.draw?.(context, view);
}

function drawCrosshair(context, view) {
    const {state, plane, camera} = view;
    const [x, y] = camera.toScreen(...plane.place(state.cursor));
    const style = getComputedStyle(view.element);
    context.strokeStyle = style.getPropertyValue("--crosshair");
    context.globalAlpha = 0.55;
    context.lineWidth = view.unit;
    const gap = 14 * view.unit;
    const left = Math.round(x) + 0.5;
    const top = Math.round(y) + 0.5;
    context.beginPath();
    for (const [from, to] of [[0, left - gap], [left + gap, camera.width]]) {
        context.moveTo(from, top);
        context.lineTo(to, top);
    }
    for (const [from, to] of [[0, top - gap], [top + gap, camera.height]]) {
        context.moveTo(left, from);
        context.lineTo(left, to);
    }
    context.stroke();
    context.globalAlpha = 1;
}

function drawScale(context, view) {
    const {camera} = view;
    const {unit} = view;
    const most = Math.min(140 * unit, camera.width * 0.22);
    const mm = NICE_MM.filter((length) => length * camera.scale <= most).pop();
    if (!mm) return;
    const length = mm * camera.scale;
    const right = camera.width - 34 * unit;
    const y = camera.height - 14.5 * unit;
    context.lineWidth = unit;
    context.strokeStyle = "#b4ae9c";
    context.beginPath();
    context.moveTo(right - length, y - 4 * unit);
    context.lineTo(right - length, y);
    context.lineTo(right, y);
    context.lineTo(right, y - 4 * unit);
    context.stroke();
    context.fillStyle = "#b4ae9c";
    const size = parseFloat(getComputedStyle(view.element).fontSize) * 0.8;
    context.font = `${size}px system-ui, sans-serif`;
    context.textAlign = "right";
    const text = mm >= 10 ? `${mm / 10} cm` : `${mm} mm`;
    context.fillText(text, right - length - 6 * unit, y + unit);
}

function drawBoxes(context, view) {
    const {state} = view;
    for (const segment of state.visibleSegments()) {
        const entry = segment.boxes?.find((box) => box.slice === state.cursor.k);
        if (entry) strokeBox(context, view, entry.box, segment.colour, [5, 4]);
    }
}

/**
 * A box around pixels, by the centres of its corner pixels as SAM takes it.
 * @param {CanvasRenderingContext2D} context
 * @param {import("./view.js").View} view
 * @param {number[]} box [x0, y0, x1, y1]
 * @param {string} colour
 * @param {number[]} dash
 */
export function strokeBox(context, view, [x0, y0, x1, y1], colour, dash) {
    const [left, top] = view.camera.toScreen(x0, y0);
    const [right, bottom] = view.camera.toScreen(x1, y1);
    context.setLineDash(dash);
    context.lineWidth = 1.5 * view.unit;
    context.strokeStyle = colour;
    context.strokeRect(left, top, right - left, bottom - top);
    context.setLineDash([]);
}
