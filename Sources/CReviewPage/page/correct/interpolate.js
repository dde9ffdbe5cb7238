/**
 * Masks between two slices by shape: the signed distances of both are mixed, after both were moved to the place where the
 * middle of the structure should be. Raya and Udupa, Shape-Based Interpolation of Multidimensional Objects (1990).
 */
import {boundingBox, fillBitmap, forEachRun, spansOfBitmap} from "../masks/spans.js";
import {signedDistances} from "./distance.js";

/** Pixels around both shapes in which distances are computed. */
const MARGIN = 4;

function centre(spans, columns) {
    let sum = 0;
    let sumX = 0;
    let sumY = 0;
    forEachRun(spans, columns, (row, first, end) => {
        const count = end - first;
        sum += count;
        sumX += count * (first + end - 1) / 2;
        sumY += count * row;
    });
    return [sumX / sum, sumY / sum];
}

/** A window of the slice that holds both shapes. */
function frameOf(a, b, columns, rows) {
    const boxes = [boundingBox(a, columns), boundingBox(b, columns)];
    const x0 = Math.max(0, Math.min(...boxes.map((box) => box[0])) - MARGIN);
    const y0 = Math.max(0, Math.min(...boxes.map((box) => box[1])) - MARGIN);
    const x1 = Math.min(columns - 1, Math.max(...boxes.map((box) => box[2])) + MARGIN);
    const y1 = Math.min(rows - 1, Math.max(...boxes.map((box) => box[3])) + MARGIN);
    return {x0, y0, width: x1 - x0 + 1, height: y1 - y0 + 1};
}

function distancesIn(frame, spans, geometry) {
    const whole = fillBitmap(spans, new Uint8Array(geometry.rows * geometry.columns));
    const part = new Uint8Array(frame.width * frame.height);
    for (let y = 0; y < frame.height; y += 1) {
        const start = (frame.y0 + y) * geometry.columns + frame.x0;
        part.set(whole.subarray(start, start + frame.width), y * frame.width);
    }
    return signedDistances(part, {...frame, mmU: geometry.columnMM, mmV: geometry.rowMM});
}

function sample(distances, frame, x, y) {
    const left = Math.max(0, Math.min(frame.width - 2, Math.floor(x)));
    const top = Math.max(0, Math.min(frame.height - 2, Math.floor(y)));
    const [fx, fy] = [Math.max(0, Math.min(1, x - left)), Math.max(0, Math.min(1, y - top))];
    const at = top * frame.width + left;
    const upper = distances[at] * (1 - fx) + distances[at + 1] * fx;
    const lower = distances[at + frame.width] * (1 - fx) + distances[at + frame.width + 1] * fx;
    return upper * (1 - fy) + lower * fy;
}

/**
 * @param {Uint32Array} a the lower slice's spans, not empty
 * @param {Uint32Array} b the upper slice's spans, not empty
 * @param {number[]} parts how far each wanted slice is on the way from a to b, 0 … 1
 * @param {import("../viewer/geometry.js").Geometry} geometry
 * @returns {Uint32Array[]} spans for each part
 */
export function interpolated(a, b, parts, geometry) {
    const {columns, rows} = geometry;
    const frame = frameOf(a, b, columns, rows);
    const [fieldA, fieldB] = [distancesIn(frame, a, geometry), distancesIn(frame, b, geometry)];
    const [centreA, centreB] = [centre(a, columns), centre(b, columns)];
    return parts.map((part) => {
        const shift = [centreB[0] - centreA[0], centreB[1] - centreA[1]];
        const bitmap = new Uint8Array(rows * columns);
        for (let y = 0; y < frame.height; y += 1) {
            for (let x = 0; x < frame.width; x += 1) {
                const inA = sample(fieldA, frame, x - shift[0] * part, y - shift[1] * part);
                const inB = sample(fieldB, frame, x + shift[0] * (1 - part), y + shift[1] * (1 - part));
                if (inA * (1 - part) + inB * part > 0) bitmap[(frame.y0 + y) * columns + frame.x0 + x] = 1;
            }
        }
        return spansOfBitmap(bitmap);
    });
}

/**
 * Between which slices to interpolate: around a gap where the slice in sight is empty, else between the two nearest slices
 * that were drawn on.
 * @param {import("../masks/maskset.js").MaskSet} masks
 * @param {string} key
 * @param {number} slice in sight
 * @param {Set<number>} touched slices that were drawn on
 * @returns {[number, number]|null}
 */
export function interpolationEnds(masks, key, slice, touched) {
    const filled = masks.slicesOf(key);
    if (!masks.spans(key, slice).length) {
        const below = filled.filter((other) => other < slice).pop();
        const above = filled.find((other) => other > slice);
        return below !== undefined && above !== undefined ? [below, above] : null;
    }
    const drawn = [...touched].filter((other) => masks.spans(key, other).length).sort((a, b) => a - b);
    const below = drawn.filter((other) => other < slice).pop();
    const above = drawn.find((other) => other > slice);
    if (drawn.includes(slice)) {
        if (below !== undefined && slice - below > 1) return [below, slice];
        if (above !== undefined && above - slice > 1) return [slice, above];
        return null;
    }
    return below !== undefined && above !== undefined ? [below, above] : null;
}
