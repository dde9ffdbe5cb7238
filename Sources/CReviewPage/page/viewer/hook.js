/**
 * What the tests ask the page: how it maps places and what it shows. Read only; nothing in the page uses it.
 */

/** @param {any} element the review's element @param {any} page */
export function installHook(element, page) {
    const view = (name) => page.grid.views.find((each) => each.plane.fixed === name);
    element.review = {
        /** The page's own answer where a CSS pixel of a view is in the patient: LPS, mm. */
        lpsAt(name, x, y) {
            const {plane, camera} = view(name);
            const {geometry, grid, cursor} = page.state;
            const [u, v] = camera.toPlane(x, y);
            const voxel = plane.voxel(u, v, cursor);
            const point = geometry.pointOf(voxel.i, voxel.j, voxel.k);
            if (plane.fixed === "k") return point;
            // Between the slices as well: the voxel is of the nearest slice.
            const line = plane.axisU === "k" ? (plane.flipU ? plane.width - 1 - u : u) : (plane.flipV ? plane.height - 1 - v : v);
            const off = (line - grid.line(voxel.k)) * grid.step;
            return point.map((mm, axis) => mm + geometry.normal[axis] * off);
        },
        /** A view's picture in device pixels, as PNG. */
        picture: (name) => ({png: view(name).image.toDataURL("image/png").split(",")[1], ratio: view(name).ratio}),
        shown: (name) => view(name).shownIndex,
        cursor: () => ({...page.state.cursor}),
        window: () => ({...page.state.grey.window}),
        moveTo: (voxel) => page.state.moveTo(voxel),
        letters: (name) => view(name).plane.edgeLetters,
        voxels: (key) => page.state.masks.voxels(key),
        changed: () => page.editor.isChanged,
        ready: () => Boolean(page.ready) && page.state.slices.progress === 1,
        slices: () => page.state.geometry.slices,
        columns: () => page.state.geometry.columns,
        firstImageMS: () => page.firstImage ?? null,
    };
    const started = page.started;
    const watch = () => {
        if (view("k").grey.values) page.firstImage = performance.now() - started;
        else if (!page.closed) requestAnimationFrame(watch);
    };
    requestAnimationFrame(watch);
}
