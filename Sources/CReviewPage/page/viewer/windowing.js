/**
 * From stored values to grey: the linear VOI LUT function of PS3.3 C.11.2.1.2.1, through a table of all 65,536 values.
 */

import {t} from "../core/i18n.js";

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

/**
 * The windows that a person can choose: those of the profile and the files first, then what every radiologist expects.
 * @param {any} volume
 * @param {string} modality
 * @returns {{name: string, center: number, width: number}[]}
 */
export function windowsOf(volume, modality) {
    const usual = modality === "CT" ? [
        {name: "window.softTissue", center: 40, width: 400}, {name: "window.liver", center: 60, width: 160},
        {name: "window.lung", center: -600, width: 1500}, {name: "window.bone", center: 450, width: 1800},
        {name: "window.brain", center: 40, width: 80},
    ] : [];
    const {valueMin, valueMax} = volume;
    const all = [...(volume.windows ?? []), ...usual,
        {name: "window.all", center: (valueMin + valueMax) / 2, width: Math.max(1, valueMax - valueMin)}];
    const seen = new Set();
    return all.filter((window) => {
        const same = [`${window.center}/${window.width}`, t(window.name)];
        if (same.some((key) => seen.has(key))) return false;
        same.forEach((key) => seen.add(key));
        return true;
    }).slice(0, 9);
}
