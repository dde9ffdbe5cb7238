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
            const voxel = plane.voxel(...camera.toPlane(x, y), page.state.cursor);
            return page.state.geometry.pointOf(voxel.i, voxel.j, voxel.k);
        },
        /** The pixels of a view's picture, in device pixels, row by row RGBA. */
        pixels(name) {
            const {image} = view(name);
            const {data, width, height} = image.getContext("2d").getImageData(0, 0, image.width, image.height);
            return {width, height, ratio: view(name).ratio, data: Array.from(data)};
        },
        shown: (name) => view(name).shownIndex,
        cursor: () => ({...page.state.cursor}),
        window: () => ({...page.state.grey.window}),
        moveTo: (voxel) => page.state.moveTo(voxel),
        letters: (name) => view(name).plane.edgeLetters,
        voxels: (key) => page.state.masks.voxels(key),
        changed: () => page.editor.isChanged,
        progress: () => page.state.slices.progress,
        kept: () => page.state.slices.full.size,
        firstImageMS: () => page.firstImage ?? null,
    };
    const started = page.started;
    const watch = () => {
        if (view("k").grey.values) page.firstImage = performance.now() - started;
        else if (!page.closed) requestAnimationFrame(watch);
    };
    requestAnimationFrame(watch);
}
