/**
 * From stored values to grey: the linear VOI LUT function of PS3.3 C.11.2.1.2.1, through a table of all 65,536 values.
 */

/** @typedef {{center: number, width: number}} Window */

/** Grey values for stored values. */
export class GreyTable {
    /** @param {{valueSlope: number, valueIntercept: number}} volume */
    constructor(volume) {
        this.slope = volume.valueSlope;
        this.intercept = volume.valueIntercept;
        this.table = new Uint32Array(65536);
        /** @type {Window} */
        this.window = {center: NaN, width: NaN};
        this.revision = 0;
    }

    /** @param {Window} window in modality values */
    use(window) {
        if (window.center === this.window.center && window.width === this.window.width) return;
        this.window = {...window};
        this.revision += 1;
        const width = Math.max(1, window.width);
        const low = window.center - 0.5 - (width - 1) / 2;
        const scale = 255 / Math.max(1e-6, width - 1);
        for (let stored = -32768; stored < 32768; stored += 1) {
            const value = this.intercept + this.slope * stored;
            const grey = Math.max(0, Math.min(255, Math.round((value - low) * scale)));
            this.table[stored & 0xffff] = (0xff000000 | (grey << 16) | (grey << 8) | grey) >>> 0;
        }
    }

    /**
     * @param {Int16Array} values stored
     * @param {Uint32Array} pixels RGBA as little-endian words
     */
    apply(values, pixels) {
        const {table} = this;
        for (let n = 0; n < values.length; n += 1) pixels[n] = table[values[n] & 0xffff];
    }

    /** @param {number} stored */
    modalityValue(stored) {
        return this.intercept + this.slope * stored;
    }
}

/** The server's names that have a translation; a name out of a DICOM file stands as it is. */
const WORDS = {
    "Profile": "window.profile", "Soft tissue": "window.softTissue", "Liver": "window.liver", "Lung": "window.lung",
    "Bone": "window.bone", "Brain": "window.brain", "Auto": "window.auto",
};

/**
 * The windows that a person can choose, as the server offers them, and the whole range.
 * @param {any} volume
 * @returns {{name: string, center: number, width: number}[]}
 */
export function windowsOf(volume) {
    const {valueMin, valueMax} = volume;
    const whole = {name: "window.all", center: (valueMin + valueMax) / 2, width: Math.max(1, valueMax - valueMin)};
    return [...(volume.windows ?? []), whole]
        .map((window) => ({...window, name: WORDS[window.name] ?? window.name}))
        .filter((window, index, all) => all.findIndex((other) => other.name === window.name) === index)
        .slice(0, 9);
}
