/**
 * The three planes that the viewer shows: the slices as they were acquired, and the two that cut across them.
 *
 * A plane has its own pixels (u to the right, v down, centres at whole numbers). Reformats are turned the way radiologists
 * look at them (front to the left of sagittal planes, head up, the patient's left to the right); acquired slices stay as
 * they were acquired.
 */
import {dot, isOblique, letters, planeOf, times} from "./geometry.js";

/** @typedef {import("./geometry.js").Vector} Vector */
/** @typedef {"i"|"j"|"k"} Axis */
/** @typedef {{i: number, j: number, k: number}} Voxel */

const RIGHT_DOWN = {
    sagittal: [[0, 1, 0], [0, 0, -1]],
    coronal: [[1, 0, 0], [0, 0, -1]],
    axial: [[1, 0, 0], [0, 1, 0]],
};

/** Reformats of unevenly spaced slices are drawn on an even grid of at most so many lines. */
const MOST_GRID_LINES = 4096;

/** The slices along an axis of a reformat: line n of it shows slice `slice(n)`. */
export class SliceGrid {
    /** @param {import("./geometry.js").Geometry} geometry */
    constructor(geometry) {
        this.geometry = geometry;
        const {offsets, slices} = geometry;
        const extent = offsets[slices - 1] - offsets[0];
        const gaps = offsets.slice(1).map((offset, n) => offset - offsets[n]);
        this.step = geometry.even || slices < 2 ? geometry.sliceMM
            : Math.max(Math.min(...gaps), extent / MOST_GRID_LINES);
        this.lines = geometry.even ? slices : Math.max(1, Math.round(extent / this.step) + 1);
    }

    /** @param {number} line @returns {number} */
    slice(line) {
        const {geometry} = this;
        const near = Math.max(0, Math.min(this.lines - 1, Math.round(line)));
        return geometry.even ? near : geometry.sliceAt(geometry.offsets[0] + near * this.step);
    }

    /** @param {number} slice */
    line(slice) {
        const {geometry} = this;
        return geometry.even ? slice : (geometry.offsets[slice] - geometry.offsets[0]) / this.step;
    }
}

/** One of the three planes. */
export class Plane {
    /**
     * @param {import("./geometry.js").Geometry} geometry
     * @param {SliceGrid} grid
     * @param {Axis} fixed the index that is the same all over the plane: "k" for the acquired slices
     */
    constructor(geometry, grid, fixed) {
        this.geometry = geometry;
        this.grid = grid;
        this.fixed = fixed;
        const axes = {
            i: {direction: geometry.rowDirection, size: geometry.columns, mm: geometry.columnMM},
            j: {direction: geometry.columnDirection, size: geometry.rows, mm: geometry.rowMM},
            k: {direction: geometry.normal, size: grid.lines, mm: grid.step},
        };
        this.normal = axes[fixed].direction;
        this.name = planeOf(this.normal);
        this.oblique = isOblique(this.normal);
        const [first, second] = /** @type {Axis[]} */ (["i", "j", "k"].filter((axis) => axis !== fixed));
        const [right, down] = RIGHT_DOWN[this.name];
        const swap = fixed !== "k" &&
            Math.abs(dot(axes[first].direction, down)) > Math.abs(dot(axes[second].direction, down));
        /** @type {Axis} */
        this.axisU = swap ? second : first;
        /** @type {Axis} */
        this.axisV = swap ? first : second;
        const [u, v] = [axes[this.axisU], axes[this.axisV]];
        this.flipU = fixed !== "k" && dot(u.direction, right) < 0;
        this.flipV = fixed !== "k" && dot(v.direction, down) < 0;
        this.width = u.size;
        this.height = v.size;
        this.mmU = u.mm;
        this.mmV = v.mm;
        this.right = times(u.direction, this.flipU ? -1 : 1);
        this.down = times(v.direction, this.flipV ? -1 : 1);
        this.depth = axes[fixed].size;
    }

    /** The letters at the four edges of the picture. */
    get edgeLetters() {
        return {
            right: letters(this.right), left: letters(times(this.right, -1)),
            bottom: letters(this.down), top: letters(times(this.down, -1)),
        };
    }

    /**
     * The voxel at a place of the plane; i and j may be fractions, k is a slice.
     * @param {number} u @param {number} v @param {Voxel} cursor gives the fixed index
     * @returns {Voxel}
     */
    voxel(u, v, cursor) {
        const out = {...cursor};
        out[this.axisU] = this.flipU ? this.width - 1 - u : u;
        out[this.axisV] = this.flipV ? this.height - 1 - v : v;
        if (this.fixed !== "k") out.k = this.grid.slice(out.k);
        return out;
    }

    /** Where a voxel is in the plane, whatever its fixed index. @param {Voxel} voxel @returns {[number, number]} */
    place(voxel) {
        const at = (axis) => axis === "k" ? this.grid.line(voxel.k) : voxel[axis];
        const u = at(this.axisU);
        const v = at(this.axisV);
        return [this.flipU ? this.width - 1 - u : u, this.flipV ? this.height - 1 - v : v];
    }
}
