/**
 * Prompts to the model: a box dragged around the structure, or clicks on what belongs to it and, with Alt, on what does not.
 */
import {strokeBox} from "../viewer/marks.js";

const LEAST_BOX_PIXELS = 3;
const ERASE_CLICK_PIXELS = 9;

/** @implements {import("./tool.js").Tool} */
export class PromptTool {
    /** @param {import("./editor.js").Editor} editor @param {"box"|"points"} kind */
    constructor(editor, kind) {
        this.editor = editor;
        this.kind = kind;
        this.name = kind;
        this.cursor = "crosshair";
        /** What a click means: belongs to the structure, or not. */
        this.adds = true;
        /** Whether the mask that is there goes to the model as well. */
        this.sendsMask = false;
        this.clear();
    }

    clear() {
        /** @type {number[]|null} */
        this.box = null;
        /** @type {[number, number, 0|1][]} */
        this.points = [];
        this.slice = -1;
        this.start = null;
    }

    down(place, event) {
        if (!this.editor.target()) return;
        const {k} = this.editor.state.cursor;
        if (this.slice !== k) this.editor.proposals.discard();
        this.slice = k;
        if (this.kind === "box") {
            this.start = place;
            this.box = null;
        } else this.click(place, this.adds !== event.altKey);
    }

    move(place) {
        if (!this.start) return;
        const clamp = (value, count) => Math.max(0, Math.min(count - 1, Math.round(value)));
        const {columns, rows} = this.editor.state.geometry;
        const [xa, xb] = [clamp(this.start.u, columns), clamp(place.u, columns)];
        const [ya, yb] = [clamp(this.start.v, rows), clamp(place.v, rows)];
        this.box = [Math.min(xa, xb), Math.min(ya, yb), Math.max(xa, xb), Math.max(ya, yb)];
        this.editor.state.emit("tool");
    }

    up() {
        if (!this.start) return;
        this.start = null;
        const {box} = this;
        if (!box || box[2] - box[0] < LEAST_BOX_PIXELS || box[3] - box[1] < LEAST_BOX_PIXELS) {
            this.box = null;
            this.editor.state.emit("tool");
            return;
        }
        this.ask();
    }

    click(place, adds) {
        const {columns, rows} = this.editor.state.geometry;
        const [x, y] = [Math.round(place.u), Math.round(place.v)];
        if (x < 0 || y < 0 || x >= columns || y >= rows) return;
        const near = this.points.findIndex(([u, v]) =>
            Math.hypot((u - place.u) * this.scaleU, (v - place.v) * this.scaleV) < ERASE_CLICK_PIXELS);
        if (near >= 0) this.points.splice(near, 1);
        else this.points.push([x, y, adds ? 1 : 0]);
        if (this.points.length) this.ask();
        else this.editor.proposals.discard();
    }

    ask() {
        const current = this.editor.current();
        this.editor.proposals.ask({
            slice: this.slice,
            box: this.box ?? undefined,
            points: this.points.length ? this.points : undefined,
            mask: this.sendsMask && current.length ? current : undefined,
        });
    }

    back() {
        if (!this.points.length) return false;
        this.points.pop();
        if (this.points.length) this.ask();
        else this.editor.proposals.discard();
        return true;
    }

    cancel() {
        return this.editor.proposals.discard();
    }

    draw(context, view) {
        this.scaleU = view.camera.scale * view.plane.mmU;
        this.scaleV = view.camera.scale * view.plane.mmV;
        if (view.plane.fixed !== "k" || this.slice !== view.state.cursor.k) return;
        if (this.box) strokeBox(context, view, this.box, "#fff275", []);
        for (const [u, v, label] of this.points) this.drawPoint(context, view.camera.toScreen(u, v), label);
    }

    drawPoint(context, [x, y], label) {
        context.beginPath();
        context.arc(x, y, 6, 0, 2 * Math.PI);
        context.fillStyle = label ? "#2fbf71" : "#e5484d";
        context.fill();
        context.strokeStyle = "#ffffff";
        context.lineWidth = 1.5;
        context.stroke();
        context.beginPath();
        context.moveTo(x - 3, y);
        context.lineTo(x + 3, y);
        if (label) {
            context.moveTo(x, y - 3);
            context.lineTo(x, y + 3);
        }
        context.stroke();
    }
}
