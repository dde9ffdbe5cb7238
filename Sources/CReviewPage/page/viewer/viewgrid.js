/**
 * The three views and the slice map: one large, two small; a double click makes a small one large.
 */
import {h, replace} from "../core/dom.js";
import {changeSetting, setting} from "../core/settings.js";
import {attachPointer} from "./interaction.js";
import {SliceMap} from "./slicemap.js";
import {View} from "./view.js";

/** The pictures of a case. */
export class ViewGrid {
    /** @param {import("./case.js").Case} state */
    constructor(state) {
        this.state = state;
        this.acquired = new View(state, "k");
        this.views = [this.acquired, new View(state, "i"), new View(state, "j")].sort((a, b) => order(a) - order(b));
        /** @type {View} */
        this.big = this.acquired;
        this.map = new SliceMap(state);
        this.element = h("div.view-grid");
        this.held = heldKeys();
        for (const view of this.views) {
            attachPointer(view, {
                windowKey: () => this.held.has("w"),
                moveKey: () => this.held.has(" "),
                enlarge: () => this.enlarge(view),
            });
        }
        this.place();
    }

    place() {
        const small = this.views.filter((view) => view !== this.big);
        this.element.dataset.layout = String(setting("layout"));
        for (const view of this.views) view.element.classList.toggle("big", view === this.big);
        replace(this.element, this.big.element, this.map.element, small.map((view) => view.element));
    }

    /** @param {View} view */
    enlarge(view) {
        this.big = view === this.big ? this.acquired : view;
        this.place();
        for (const each of this.views) each.camera.reset();
    }

    nextLayout() {
        changeSetting("layout", (setting("layout") + 1) % 3);
        this.place();
    }

    fit() {
        for (const view of this.views) {
            view.camera.reset();
            view.drawSoon();
        }
    }

    /** @param {number} factor */
    zoom(factor) {
        this.big.camera.zoomAt(factor, this.big.camera.width / 2, this.big.camera.height / 2);
        this.big.drawSoon();
    }

    stop() {
        this.held.stop();
        this.map.stop();
        for (const view of this.views) view.stop();
    }
}

/** Sagittal before coronal, as they stand in most reading rooms. */
function order(view) {
    return view.plane.fixed === "k" ? 0 : view.plane.name === "sagittal" ? 1 : view.plane.name === "coronal" ? 2 : 3;
}

/** The keys that are held down and change what the pointer does. */
function heldKeys() {
    const held = new Set();
    const down = (event) => held.add(event.key.toLowerCase());
    const up = (event) => held.delete(event.key.toLowerCase());
    const blur = () => held.clear();
    addEventListener("keydown", down);
    addEventListener("keyup", up);
    addEventListener("blur", blur);
    return {
        has: (key) => held.has(key),
        stop() {
            removeEventListener("keydown", down);
            removeEventListener("keyup", up);
            removeEventListener("blur", blur);
        },
    };
}
