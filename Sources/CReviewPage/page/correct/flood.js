/** Connected pixels of a slice, by the four neighbours. */

/**
 * @param {number} start pixel
 * @param {number} columns
 * @param {number} rows
 * @param {(pixel: number) => boolean} inside
 * @returns {{bitmap: Uint8Array, atBorder: boolean}}
 */
export function connectedPixels(start, columns, rows, inside) {
    const bitmap = new Uint8Array(columns * rows);
    let atBorder = false;
    if (!inside(start)) return {bitmap, atBorder};
    const stack = [start];
    bitmap[start] = 1;
    while (stack.length) {
        const pixel = /** @type {number} */ (stack.pop());
        const x = pixel % columns;
        const y = Math.floor(pixel / columns);
        if (x === 0 || y === 0 || x === columns - 1 || y === rows - 1) atBorder = true;
        const near = [x > 0 ? pixel - 1 : -1, x < columns - 1 ? pixel + 1 : -1, y > 0 ? pixel - columns : -1,
            y < rows - 1 ? pixel + columns : -1];
        for (const next of near) {
            if (next < 0 || bitmap[next] || !inside(next)) continue;
            bitmap[next] = 1;
            stack.push(next);
        }
    }
    return {bitmap, atBorder};
}
