/**
 * The bar over the pictures: windows, how masks are drawn, what else is shown.
 */
import {h, replace} from "../core/dom.js";
import {t} from "../core/i18n.js";
import {changeSetting, setting} from "../core/settings.js";
import {icon} from "../shell/icons.js";
import {sayError} from "../shell/status.js";

const MODES = ["both", "outline", "fill", "none"];

/** Choices of how the case is shown. */
export class ViewBar {
    /**
     * @param {import("./case.js").Case} state
     * @param {{fit: () => void, layout: () => void}} actions
     */
    constructor(state, actions) {
        this.state = state;
        this.actions = actions;
        this.windows = h("div.group.windows", {role: "group", "aria-label": t("window")});
        this.overlays = h("div.group", {role: "group", "aria-label": t("overlay")});
        this.element = h("div.view-bar", {role: "toolbar", "aria-label": t("viewer.bar")},
            this.windows, h("span.spring"), this.overlays, this.opacity(), h("div.group", null,
                this.toggle("box", "overlay.boxes", () => this.state.overlay.boxes, () => this.changeBoxes()),
                this.toggle("solo", "overlay.prior", () => this.state.overlay.prior, () => this.changePrior()),
                this.toggle("crosshair", "overlay.crosshair", () => setting("showCrosshair"), () => this.changeCrosshair())),
            h("div.group", null,
                h("button.icon-button", {type: "button", title: t("viewer.fit"), "aria-label": t("viewer.fit"), onclick: actions.fit},
                    icon("reset")),
                h("button.icon-button", {type: "button", title: t("viewer.layout"), "aria-label": t("viewer.layout"), onclick: actions.layout},
                    icon("layout"))));
        state.on(["window"], () => this.draw());
        state.on(["overlay"], () => this.draw());
        this.draw();
    }

    draw() {
        const {window} = this.state.grey;
        replace(this.windows, this.state.windows.map((preset, index) => h("button", {
            type: "button", title: `C ${preset.center}  W ${preset.width}  (${index + 1})`,
            "aria-pressed": String(preset.center === window.center && preset.width === window.width),
            onclick: () => this.state.setWindow(preset),
        }, t(preset.name))));
        replace(this.overlays, MODES.map((mode) => h("button", {
            type: "button", "aria-pressed": String(this.state.overlay.mode === mode), title: t(`overlay.${mode}.title`),
            onclick: () => this.changeMode(mode),
        }, t(`overlay.${mode}`))));
        for (const [button, value] of this.toggles ?? []) button.setAttribute("aria-pressed", String(Boolean(value())));
        if (this.slider) this.slider.value = String(this.state.overlay.opacity);
    }

    opacity() {
        this.slider = /** @type {HTMLInputElement} */ (h("input", {
            type: "range", min: "0.05", max: "0.9", step: "0.05", value: String(this.state.overlay.opacity),
            "aria-label": t("overlay.opacity"), title: t("overlay.opacity"),
            oninput: () => {
                const opacity = Number(this.slider.value);
                changeSetting("overlayOpacity", opacity);
                this.state.setOverlay({opacity});
            },
        }));
        return this.slider;
    }

    toggle(name, key, value, change) {
        const button = h("button.icon-button", {
            type: "button", title: t(key), "aria-label": t(key), "aria-pressed": String(Boolean(value())), onclick: change,
        }, icon(name));
        this.toggles = [...(this.toggles ?? []), [button, value]];
        return button;
    }

    changeMode(mode) {
        changeSetting("overlayMode", mode);
        this.state.setOverlay({mode});
    }

    nextMode() {
        this.changeMode(MODES[(MODES.indexOf(this.state.overlay.mode) + 1) % MODES.length]);
    }

    changeBoxes() {
        changeSetting("showBoxes", !this.state.overlay.boxes);
        this.state.setOverlay({boxes: !this.state.overlay.boxes});
    }

    changePrior() {
        this.state.setOverlay({prior: !this.state.overlay.prior});
        if (this.state.overlay.prior) this.state.loadPrior().catch(sayError);
    }

    changeCrosshair() {
        changeSetting("showCrosshair", !setting("showCrosshair"));
        this.state.emit("overlay");
    }
}
