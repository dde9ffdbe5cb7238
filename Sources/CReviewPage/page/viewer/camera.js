/**
 * How a plane lies on the screen: millimetres are square, whatever the pixels are.
 */

const LEAST_SCALE = 0.05;
const MOST_SCALE = 80;

/** Zoom and place of a plane in a view. */
export class Camera {
    /** @param {import("./planes.js").Plane} plane */
    constructor(plane) {
        this.plane = plane;
        /** CSS pixels of the view. */
        this.width = 1;
        this.height = 1;
        /** CSS pixels per millimetre, as a multiple of what fits. */
        this.zoom = 1;
        /** Millimetres by which the plane's middle is off the view's middle. */
        this.panX = 0;
        this.panY = 0;
    }

    /** CSS pixels per millimetre. */
    get scale() {
        const {width, height, mmU, mmV} = this.plane;
        return this.zoom * 0.97 * Math.min(this.width / (width * mmU), this.height / (height * mmV));
    }

    reset() {
        this.zoom = 1;
        this.panX = 0;
        this.panY = 0;
    }

    /** @param {number} u @param {number} v @returns {[number, number]} CSS pixels in the view */
    toScreen(u, v) {
        const {width, height, mmU, mmV} = this.plane;
        const {scale} = this;
        return [
            this.width / 2 + ((u - (width - 1) / 2) * mmU + this.panX) * scale,
            this.height / 2 + ((v - (height - 1) / 2) * mmV + this.panY) * scale,
        ];
    }

    /** @param {number} x @param {number} y CSS pixels in the view @returns {[number, number]} */
    toPlane(x, y) {
        const {width, height, mmU, mmV} = this.plane;
        const {scale} = this;
        return [
            ((x - this.width / 2) / scale - this.panX) / mmU + (width - 1) / 2,
            ((y - this.height / 2) / scale - this.panY) / mmV + (height - 1) / 2,
        ];
    }

    /** Zooms and keeps the place under the pointer where it is. @param {number} factor @param {number} x @param {number} y */
    zoomAt(factor, x, y) {
        const before = this.scale;
        const fit = before / this.zoom;
        this.zoom = Math.max(LEAST_SCALE, Math.min(MOST_SCALE / fit, this.zoom * factor));
        const after = this.scale;
        this.panX += (x - this.width / 2) * (1 / after - 1 / before);
        this.panY += (y - this.height / 2) * (1 / after - 1 / before);
    }

    /** @param {number} dx @param {number} dy CSS pixels */
    pan(dx, dy) {
        this.panX += dx / this.scale;
        this.panY += dy / this.scale;
    }

    /** From the plane's pixels to device pixels. @param {number} ratio device pixels per CSS pixel */
    matrix(ratio) {
        const [x, y] = this.toScreen(0, 0);
        const {mmU, mmV} = this.plane;
        return new DOMMatrix([mmU * this.scale * ratio, 0, 0, mmV * this.scale * ratio, x * ratio, y * ratio]);
    }
}
