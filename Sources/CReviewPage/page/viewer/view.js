/**
 * One picture on the screen: a plane with masks, letters, scale and crosshair.
 */
import {h, perFrame, replace} from "../core/dom.js";
import {t} from "../core/i18n.js";
import {Camera} from "./camera.js";
import {GreyImage} from "./greyimage.js";
import {layersOf} from "./layers.js";
import {drawMarks} from "./marks.js";
import {OverlayPainter} from "./overlay.js";

/** A plane of the case on a canvas. */
export class View {
    /**
     * @param {import("./case.js").Case} state
     * @param {import("./planes.js").Axis} fixed
     */
    constructor(state, fixed) {
        this.state = state;
        this.plane = state.planes[fixed];
        this.camera = new Camera(this.plane);
        this.grey = new GreyImage(this.plane, state.slices, state.grey);
        this.painter = new OverlayPainter(this.plane.width, this.plane.height);
        /** @type {import("../correct/tool.js").Tool|null} */
        this.tool = null;
        this.image = /** @type {HTMLCanvasElement} */ (h("canvas.image"));
        this.marks = /** @type {HTMLCanvasElement} */ (h("canvas.marks"));
        this.title = h("span.title");
        this.info = h("span.info");
        this.value = h("span.value");
        this.element = h("div.view", {dataset: {plane: fixed}, tabindex: "0", role: "img"},
            this.image, this.marks, this.lettersElements(), this.title, this.info, this.value,
            this.waiting = h("span.waiting", {hidden: true}, t("viewer.loading")));
        this.label();
        this.drawSoon = perFrame(() => this.draw());
        this.drawMarksSoon = perFrame(() => this.drawMarks());
        this.watcher = new ResizeObserver(() => this.measure());
        this.watcher.observe(this.element);
        state.on(["cursor", "window", "overlay", "masks", "segment", "compare", "preview"], () => this.drawSoon());
        state.on(["slices"], (slice) => {
            this.grey.arrived(slice);
            if (this.grey.stale) this.drawSoon();
        });
        state.on(["tool"], () => this.drawMarksSoon());
    }

    lettersElements() {
        return Object.entries(this.plane.edgeLetters).map(([edge, text]) => h("span.letter", {class: edge}, text));
    }

    label() {
        const name = t(`plane.${this.plane.name}`);
        const text = this.plane.oblique ? t("plane.oblique", {name}) : name;
        replace(this.title, text);
        this.element.setAttribute("aria-label", text);
    }

    measure() {
        const {clientWidth, clientHeight} = this.element;
        this.ratio = devicePixelRatio || 1;
        // Lines grow with the letters, or they would be hair on a large screen.
        this.unit = Math.max(1, parseFloat(getComputedStyle(document.documentElement).fontSize) / 14);
        this.camera.width = clientWidth;
        this.camera.height = clientHeight;
        for (const canvas of [this.image, this.marks]) {
            canvas.width = Math.max(1, Math.round(clientWidth * this.ratio));
            canvas.height = Math.max(1, Math.round(clientHeight * this.ratio));
        }
        // At once, not in the next frame: a resized canvas is empty and would flash.
        this.draw();
    }

    draw() {
        const {state} = this;
        if (!this.ratio) return;
        const current = this.grey.update(state.cursor);
        this.waiting.hidden = current;
        const context = /** @type {CanvasRenderingContext2D} */ (this.image.getContext("2d", {alpha: false}));
        context.setTransform(1, 0, 0, 1, 0, 0);
        context.fillStyle = "#000";
        context.fillRect(0, 0, this.image.width, this.image.height);
        if (this.grey.values) {
            const matrix = this.camera.matrix(this.ratio);
            context.setTransform(matrix);
            context.imageSmoothingEnabled = true;
            // Better filters overshoot, and a dark ring around a bright organ would be taken for fat.
            context.imageSmoothingQuality = "medium";
            context.drawImage(this.grey.canvas, -0.5, -0.5);
            context.setTransform(1, 0, 0, 1, 0, 0);
            // Masks only over the slice they belong to.
            if (current) this.painter.paint(context, matrix, layersOf(state, this.plane), this.ratio * this.unit);
        }
        this.shownIndex = current ? state.cursor[this.plane.fixed] : null;
        this.drawMarks();
        this.showInfo();
    }

    drawMarks() {
        if (this.ratio) drawMarks(this);
    }

    showInfo() {
        const {state, plane} = this;
        const at = state.cursor[plane.fixed] + 1;
        const depth = plane.fixed === "k" ? state.geometry.slices : plane.depth;
        const {center, width} = state.grey.window;
        const level = plane.fixed === "k" ? `  C ${Math.round(center)}  W ${Math.round(width)}` : "";
        replace(this.info, `${at} / ${depth}${level}`);
    }

    /** The place under a pointer. @param {{clientX: number, clientY: number}} event */
    placeOf(event) {
        const box = this.element.getBoundingClientRect();
        const x = event.clientX - box.left;
        const y = event.clientY - box.top;
        const [u, v] = this.camera.toPlane(x, y);
        const voxel = this.plane.voxel(u, v, this.state.cursor);
        const inside = u >= -0.5 && v >= -0.5 && u < this.plane.width - 0.5 && v < this.plane.height - 0.5;
        return {x, y, u, v, voxel, inside};
    }

    /** Shows the value under the pointer. @param {ReturnType<View["placeOf"]>|null} place */
    showValue(place) {
        if (!place?.inside) {
            replace(this.value);
            return;
        }
        const {i, j, k} = place.voxel;
        const [column, row] = [Math.round(i), Math.round(j)];
        const stored = this.state.slices.slice(k)?.[row * this.state.geometry.columns + column];
        const value = stored === undefined ? "" :
            `${Math.round(this.state.grey.modalityValue(stored) * 10) / 10} ${this.state.job.volume.units}`;
        const point = this.state.geometry.pointOf(column, row, k);
        const names = [["R", "L"], ["A", "P"], ["F", "H"]];
        const where = point.map((mm, axis) => `${names[axis][mm > 0 ? 1 : 0]} ${Math.abs(mm).toFixed(0)}`).join("  ");
        replace(this.value, `${value}   ${where}`);
    }

    stop() {
        this.watcher.disconnect();
    }
}
