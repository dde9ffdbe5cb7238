/**
 * Where voxels are: LPS coordinates in millimetres, indices 0-based at the centre of the voxel (PS3.3 C.7.6.2.1.1).
 * i counts columns, j rows, k slices; slices ascend along the normal, which is rowDirection × columnDirection.
 */

/** @typedef {[number, number, number]} Vector */

/** @param {Vector} a @param {Vector} b @returns {Vector} */
export function cross(a, b) {
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** @param {Vector} a @param {Vector} b */
export function dot(a, b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** @param {Vector} a @param {number} factor @returns {Vector} */
export function times(a, factor) {
    return [a[0] * factor, a[1] * factor, a[2] * factor];
}

/**
 * The letters of a direction as Patient Orientation (0020,0020) has them: the strongest first, weaker ones when they matter.
 * @param {Vector} direction LPS
 */
export function letters(direction) {
    const names = [["R", "L"], ["A", "P"], ["F", "H"]];
    const length = Math.hypot(...direction) || 1;
    return direction
        .map((value, axis) => ({size: Math.abs(value) / length, letter: names[axis][value > 0 ? 1 : 0]}))
        // 0.15 is nine degrees: below that a letter would say more than a person can see.
        .filter((entry) => entry.size > 0.15)
        .sort((a, b) => b.size - a.size)
        .map((entry) => entry.letter)
        .join("");
}

/** Which of the three planes a normal belongs to. @param {Vector} normal @returns {"sagittal"|"coronal"|"axial"} */
export function planeOf(normal) {
    const sizes = normal.map(Math.abs);
    const axis = sizes.indexOf(Math.max(...sizes));
    return /** @type {const} */ (["sagittal", "coronal", "axial"])[axis];
}

/** Whether a normal is further than five degrees from an axis of the patient. @param {Vector} normal */
export function isOblique(normal) {
    return Math.max(...normal.map(Math.abs)) < Math.cos(5 * Math.PI / 180);
}

/** The places of the voxels of a volume, as the server describes them. */
export class Geometry {
    /** @param {any} volume the contract's Volume */
    constructor(volume) {
        this.rows = volume.rows;
        this.columns = volume.columns;
        this.slices = volume.slices;
        [this.rowMM, this.columnMM] = volume.pixelSpacing;
        /** @type {Vector} */
        this.rowDirection = volume.rowDirection;
        /** @type {Vector} */
        this.columnDirection = volume.columnDirection;
        this.normal = cross(this.rowDirection, this.columnDirection);
        /** @type {Vector[]} */
        this.positions = volume.positions;
        this.offsets = this.positions.map((position) => dot(position, this.normal));
        this.sliceMM = volume.sliceSpacing ?? this.medianGap();
        this.even = volume.sliceSpacing !== null && volume.sliceSpacing !== undefined;
    }

    medianGap() {
        const gaps = this.offsets.slice(1).map((offset, n) => offset - this.offsets[n]).sort((a, b) => a - b);
        return gaps.length ? gaps[gaps.length >> 1] : Math.max(this.rowMM, this.columnMM);
    }

    /** Millilitres of a voxel; slices at uneven distances count by the middle one. */
    get voxelML() {
        return this.rowMM * this.columnMM * this.sliceMM / 1000;
    }

    /** @param {number} i @param {number} j @param {number} k a slice @returns {Vector} LPS, mm */
    pointOf(i, j, k) {
        const position = this.positions[k];
        return /** @type {Vector} */ ([0, 1, 2].map((axis) => position[axis] +
            this.rowDirection[axis] * this.columnMM * i + this.columnDirection[axis] * this.rowMM * j));
    }

    /** The voxel nearest to a point in the volume's slices. @param {Vector} point LPS, mm */
    voxelOf(point) {
        const k = this.sliceAt(dot(point, this.normal));
        const from = /** @type {Vector} */ (point.map((value, axis) => value - this.positions[k][axis]));
        return {i: dot(from, this.rowDirection) / this.columnMM, j: dot(from, this.columnDirection) / this.rowMM, k};
    }

    /** The slice nearest to a place along the normal. @param {number} offset mm */
    sliceAt(offset) {
        let low = 0;
        let high = this.slices - 1;
        while (high - low > 1) {
            const middle = (low + high) >> 1;
            if (this.offsets[middle] <= offset) low = middle;
            else high = middle;
        }
        return offset - this.offsets[low] <= this.offsets[high] - offset ? low : high;
    }
}
