/**
 * Exact signed distances to the border of a mask, in millimetres, with pixels that need not be square.
 * Felzenszwalb and Huttenlocher, Distance Transforms of Sampled Functions (2012): two passes of lower envelopes.
 */

const FAR = 1e12;

/**
 * Squared distances along one line, in place.
 * @param {Float64Array} f @param {number} count @param {number} step mm between samples
 * @param {{v: Int32Array, z: Float64Array, d: Float64Array}} work
 */
function alongLine(f, count, step, {v, z, d}) {
    const square = step * step;
    let k = 0;
    v[0] = 0;
    z[0] = -Infinity;
    z[1] = Infinity;
    for (let q = 1; q < count; q += 1) {
        let s = 0;
        for (;;) {
            const p = v[k];
            s = ((f[q] + square * q * q) - (f[p] + square * p * p)) / (2 * square * (q - p));
            if (s > z[k]) break;
            k -= 1;
        }
        k += 1;
        v[k] = q;
        z[k] = s;
        z[k + 1] = Infinity;
    }
    k = 0;
    for (let q = 0; q < count; q += 1) {
        while (z[k + 1] < q) k += 1;
        d[q] = square * (q - v[k]) ** 2 + f[v[k]];
    }
    f.set(d.subarray(0, count));
}

/** Squared distance to the nearest pixel of a value. */
function squaredDistances(bitmap, value, {width, height, mmU, mmV}) {
    const out = new Float64Array(width * height);
    for (let n = 0; n < out.length; n += 1) out[n] = bitmap[n] === value ? 0 : FAR;
    const most = Math.max(width, height);
    const work = {v: new Int32Array(most), z: new Float64Array(most + 1), d: new Float64Array(most)};
    const line = new Float64Array(most);
    for (let x = 0; x < width; x += 1) {
        for (let y = 0; y < height; y += 1) line[y] = out[y * width + x];
        alongLine(line, height, mmV, work);
        for (let y = 0; y < height; y += 1) out[y * width + x] = line[y];
    }
    for (let y = 0; y < height; y += 1) {
        const row = out.subarray(y * width, (y + 1) * width);
        line.set(row);
        alongLine(line, width, mmU, work);
        row.set(line.subarray(0, width));
    }
    return out;
}

/**
 * Distances to the border: positive inside, negative outside.
 * @param {Uint8Array} bitmap zeros and ones
 * @param {{width: number, height: number, mmU: number, mmV: number}} size
 * @returns {Float32Array}
 */
export function signedDistances(bitmap, size) {
    const toInside = squaredDistances(bitmap, 1, size);
    const toOutside = squaredDistances(bitmap, 0, size);
    return Float32Array.from(toInside, (inside, n) => bitmap[n] ? Math.sqrt(toOutside[n]) : -Math.sqrt(inside));
}
