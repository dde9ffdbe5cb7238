/**
 * The grey picture of a plane, kept as stored values and as a canvas; only what changed is made again.
 */

/** The picture of one plane. */
export class GreyImage {
    /**
     * @param {import("./planes.js").Plane} plane
     * @param {import("./slices.js").SliceStore} slices
     * @param {import("./windowing.js").GreyTable} grey
     */
    constructor(plane, slices, grey) {
        this.plane = plane;
        this.slices = slices;
        this.grey = grey;
        this.canvas = document.createElement("canvas");
        this.canvas.width = plane.width;
        this.canvas.height = plane.height;
        this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d", {alpha: false}));
        this.image = this.context.createImageData(plane.width, plane.height);
        this.pixels = new Uint32Array(this.image.data.buffer);
        /** @type {Int16Array|null} */
        this.values = null;
        this.shown = "";
        /** What the picture shows: a slice, a row or a column. */
        this.index = -1;
        this.stale = true;
    }

    /** Says that a slice arrived. @param {number} slice */
    arrived(slice) {
        if (this.plane.fixed !== "k" || slice === this.wanted) this.stale = true;
    }

    /**
     * Brings the picture up to date.
     * @param {import("./planes.js").Voxel} cursor
     * @returns {boolean} whether it shows what the cursor wants
     */
    update(cursor) {
        this.wanted = cursor[this.plane.fixed];
        if (this.stale || this.index !== this.wanted) this.read(cursor);
        if (!this.values) return false;
        const shown = `${this.index}/${this.grey.revision}/${this.version}`;
        if (shown !== this.shown) {
            this.grey.apply(this.values, this.pixels);
            this.context.putImageData(this.image, 0, 0);
            this.shown = shown;
        }
        return this.index === this.wanted;
    }

    read(cursor) {
        if (this.plane.fixed !== "k") {
            this.readAcross(cursor);
            return;
        }
        const values = this.slices.slice(cursor.k);
        // The slice before stays on the screen until this one is here: black in between would flicker.
        if (!values) return;
        this.values = values;
        this.index = cursor.k;
        this.version = (this.version ?? 0) + 1;
        this.stale = false;
    }

    readAcross(cursor) {
        const {plane} = this;
        const fixed = /** @type {"i"|"j"} */ (plane.fixed);
        const values = this.values ?? new Int16Array(plane.width * plane.height).fill(-32768);
        const line = new Int16Array(plane.axisU === "k" ? plane.height : plane.width);
        for (let n = 0; n < plane.grid.lines; n += 1) {
            if (!this.slices.line(plane.grid.slice(n), fixed, cursor[fixed], line)) {
                // The lines of another row or column must not stay: they would be of another place.
                if (this.index === cursor[fixed]) continue;
                line.fill(-32768);
            }
            this.put(values, n, line);
        }
        this.values = values;
        this.index = cursor[fixed];
        this.version = (this.version ?? 0) + 1;
        this.stale = false;
    }

    put(values, n, line) {
        const {plane} = this;
        const upright = plane.axisU === "k";
        const at = upright ? (plane.flipU ? plane.width - 1 - n : n) : (plane.flipV ? plane.height - 1 - n : n);
        const flip = upright ? plane.flipV : plane.flipU;
        for (let m = 0; m < line.length; m += 1) {
            const value = line[flip ? line.length - 1 - m : m];
            values[upright ? m * plane.width + at : at * plane.width + m] = value;
        }
    }
}
