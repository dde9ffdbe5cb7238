/**
 * The map of all slices beside the picture: a lane for each segment, a mark where something is odd, a handle where one is.
 * It is a slider for the mouse, for keys and for screen readers.
 */
import {h, perFrame} from "../core/dom.js";
import {t} from "../core/i18n.js";
import {oddSlices} from "./odd.js";

const EDGE = 6;
const ODD_LANE = 7;

/** A slider over the slices. */
export class SliceMap {
    /** @param {import("./case.js").Case} state */
    constructor(state) {
        this.state = state;
        this.canvas = /** @type {HTMLCanvasElement} */ (h("canvas"));
        this.handle = h("div.handle");
        this.element = h("div.slice-map", {
            role: "slider", tabindex: "0", "aria-label": t("viewer.slice"), "aria-orientation": "vertical",
            "aria-valuemin": "1", "aria-valuemax": String(state.geometry.slices), title: t("viewer.sliceMap"),
            onpointerdown: (event) => this.grab(event),
        }, this.canvas, this.handle);
        this.drawSoon = perFrame(() => this.draw());
        this.watcher = new ResizeObserver(() => this.drawSoon());
        this.watcher.observe(this.element);
        state.on(["masks", "overlay", "segment", "compare", "job"], () => this.drawSoon());
        state.on(["cursor"], () => this.showHandle());
        this.listenForSlices();
    }

    listenForSlices() {
        let known = 0;
        this.state.on(["slices"], () => {
            const now = Math.floor(this.state.slices.progress * 40);
            if (now !== known) this.drawSoon();
            known = now;
        });
    }

    /** The first slice stands at the bottom when it is the lowest of the body, as the reformats show it. */
    get upwards() {
        return this.state.geometry.normal[2] > 0.5;
    }

    yOf(slice) {
        const {slices} = this.state.geometry;
        const part = (slice + 0.5) / slices;
        return EDGE + (this.upwards ? 1 - part : part) * (this.element.clientHeight - 2 * EDGE);
    }

    sliceOf(y) {
        const part = (y - EDGE) / Math.max(1, this.element.clientHeight - 2 * EDGE);
        return Math.floor((this.upwards ? 1 - part : part) * this.state.geometry.slices);
    }

    grab(event) {
        const follow = (at) => {
            const slice = this.sliceOf(at.clientY - this.element.getBoundingClientRect().top);
            this.state.moveTo({k: slice});
        };
        this.element.setPointerCapture(event.pointerId);
        follow(event);
        this.element.addEventListener("pointermove", follow);
        this.element.addEventListener("lostpointercapture", () => {
            this.element.removeEventListener("pointermove", follow);
        }, {once: true});
    }

    showHandle() {
        const {k} = this.state.cursor;
        this.handle.style.transform = `translateY(${this.yOf(k)}px)`;
        this.element.setAttribute("aria-valuenow", String(k + 1));
        this.element.setAttribute("aria-valuetext", t("viewer.sliceOf", {n: k + 1, count: this.state.geometry.slices}));
    }

    draw() {
        const {state, canvas, element} = this;
        const ratio = devicePixelRatio || 1;
        canvas.width = Math.round(element.clientWidth * ratio);
        canvas.height = Math.round(element.clientHeight * ratio);
        const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
        context.scale(ratio, ratio);
        const half = Math.max(0.6, (element.clientHeight - 2 * EDGE) / state.geometry.slices / 2);
        const style = getComputedStyle(element);
        this.drawArrived(context, half, style);
        const segments = state.job.segments.filter((segment) => state.masks.segments.get(segment.key)?.size);
        const lane = (element.clientWidth - ODD_LANE - 4) / Math.max(1, segments.length);
        segments.forEach((segment, index) => {
            context.fillStyle = segment.colour;
            context.globalAlpha = !state.isVisible(segment.key) ? 0.2 : segment.key === state.selected ? 1 : 0.6;
            for (const slice of state.masks.segments.get(segment.key).keys()) {
                context.fillRect(ODD_LANE + 2 + index * lane, this.yOf(slice) - half, Math.max(1, lane - 1), half * 2 + 0.4);
            }
        });
        context.globalAlpha = 1;
        context.fillStyle = style.getPropertyValue("--warn");
        for (const slice of oddSlices(state)) context.fillRect(1, this.yOf(slice) - Math.max(half, 1), ODD_LANE - 3, Math.max(half * 2, 2));
        this.showHandle();
    }

    drawArrived(context, half, style) {
        context.fillStyle = style.getPropertyValue("--raised");
        for (const slice of this.state.slices.full.keys()) {
            context.fillRect(0, this.yOf(slice) - half, this.element.clientWidth, half * 2 + 0.4);
        }
    }

    stop() {
        this.watcher.disconnect();
    }
}
