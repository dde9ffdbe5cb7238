/**
 * The list of segments: colour, volume, how sure the model is, and what one can do with each.
 */
import {h, replace} from "../core/dom.js";
import {millilitres, number} from "../core/format.js";
import {t} from "../core/i18n.js";
import {icon} from "../shell/icons.js";

/** The volume of the mask as it is now, and whether the profile expects such a volume. */
function volumeText(segment, volumeML) {
    if (volumeML === 0) return h("span.volume", null, t("segments.absent"));
    const [low, high] = segment.expectedVolumeML ?? [null, null];
    const outside = (low !== null && volumeML < low) || (high !== null && volumeML > high);
    const expected = low === null && high === null ? null
        : t("segments.expected", {range: [low, high].map((value) => value === null ? "…" : number(value)).join(" – ")});
    return h("span.volume", {class: outside ? "warn" : "", title: expected}, millilitres(volumeML));
}

/** The segments of a case. */
export class SegmentList {
    /**
     * @param {import("./case.js").Case} state
     * @param {{verdict: (key: string) => "accept"|"reject"|null, judge: (key: string, verdict: "accept"|"reject"|null) => void,
     *   canDecide: boolean}} verdicts
     */
    constructor(state, verdicts) {
        this.state = state;
        this.verdicts = verdicts;
        this.list = h("ul.segments", {role: "listbox", "aria-label": t("segments"), tabindex: "-1"});
        this.element = h("section.segment-list", {"aria-label": t("segments")}, this.list);
        state.on(["masks", "overlay", "segment", "job"], () => this.draw());
        this.draw();
    }

    draw() {
        const focused = document.activeElement instanceof HTMLElement && this.list.contains(document.activeElement)
            ? `[data-key="${CSS.escape(document.activeElement.closest("li")?.dataset.key ?? "")}"] ` +
                `[data-role="${document.activeElement.dataset.role}"]` : null;
        replace(this.list, this.state.job.segments.map((segment) => this.row(segment)));
        if (focused) this.list.querySelector(focused)?.focus({preventScroll: true});
    }

    row(segment) {
        const {state} = this;
        const voxels = state.masks.voxels(segment.key);
        const visible = state.isVisible(segment.key);
        const absent = voxels === 0;
        return h("li", {
            role: "option", class: [absent && "absent", !visible && "hidden"].filter(Boolean).join(" "),
            "aria-selected": String(segment.key === state.selected), dataset: {key: segment.key},
            onclick: () => state.select(segment.key),
            ondblclick: () => this.jump(segment.key),
        },
        this.eye(segment, visible),
        h("button.name", {type: "button", dataset: {role: "name"}, title: segment.code?.meaning ?? segment.label},
            segment.label, segment.reasons?.length ? h("span.warn-mark", {title: segment.reasons.map((reason) => reason.text).join("\n")},
                icon("warn")) : null),
        volumeText(segment, voxels * state.geometry.voxelML),
        this.certainty(segment, absent),
        h("span.actions", null,
            this.button("solo", "segments.solo", state.solo === segment.key, () => this.changeSolo(segment.key)),
            this.button("crosshair", "segments.jump", null, () => this.jump(segment.key), absent),
            this.verdicts.canDecide && !absent && this.verdictButtons(segment.key)));
    }

    eye(segment, visible) {
        return h("button.eye", {
            type: "button", dataset: {role: "eye"}, "aria-pressed": String(visible),
            "aria-label": t("segments.show", {name: segment.label}), title: t("segments.show", {name: segment.label}),
            style: {"--colour": segment.colour},
            onclick: (event) => {
                event.stopPropagation();
                this.toggle(segment.key);
            },
        });
    }

    certainty(segment, absent) {
        if (absent || segment.stability === null || segment.stability === undefined) return h("span.certainty");
        const part = Math.max(0, Math.min(1, segment.stability));
        const kind = part < 0.7 ? "bad" : part < 0.85 ? "warn" : "good";
        const text = t("segments.certainty", {
            stability: number(segment.stability, 2), iou: number(segment.predictedIoU, 2),
        });
        return h("span.certainty", {title: text, role: "img", "aria-label": text},
            h("span.bar", {class: kind, style: {"--part": String(part)}}), number(segment.stability, 2));
    }

    verdictButtons(key) {
        const verdict = this.verdicts.verdict(key);
        const toggle = (value) => () => {
            this.verdicts.judge(key, verdict === value ? null : value);
            this.draw();
        };
        return [
            this.button("check", "segments.accept", verdict === "accept", toggle("accept"), false, "good"),
            this.button("cross", "segments.reject", verdict === "reject", toggle("reject"), false, "bad"),
        ];
    }

    button(name, key, pressed, run, disabled = false, kind = "") {
        return h("button.icon-button.small", {
            type: "button", class: kind, title: t(key), "aria-label": t(key), disabled, dataset: {role: key},
            "aria-pressed": pressed === null ? null : String(pressed),
            onclick: (event) => {
                event.stopPropagation();
                run();
            },
        }, icon(name));
    }

    toggle(key) {
        const {hidden} = this.state;
        this.state.solo = null;
        if (!hidden.delete(key)) hidden.add(key);
        this.state.emit("overlay");
    }

    /** @param {string} key */
    changeSolo(key) {
        this.state.solo = this.state.solo === key ? null : key;
        this.state.select(key);
        this.state.emit("overlay");
    }

    /** Goes to the middle of a segment, in all three planes. @param {string} key */
    jump(key) {
        const {state} = this;
        const slice = state.masks.middleOf(key);
        state.select(key);
        if (slice === null) return;
        const spans = state.masks.spans(key, slice);
        const columns = state.geometry.columns;
        const middle = spans[(spans.length >> 2) * 2] ?? 0;
        const end = spans[(spans.length >> 2) * 2 + 1] ?? middle + 1;
        const pixel = (middle + end) >> 1;
        state.moveTo({k: slice, i: pixel % columns, j: Math.floor(pixel / columns)});
    }

    /** @param {number} by how many places down the list */
    selectNext(by) {
        const keys = this.state.job.segments.map((segment) => segment.key);
        const at = keys.indexOf(this.state.selected);
        this.state.select(keys[(at + by + keys.length) % keys.length]);
        this.list.querySelector('[aria-selected="true"]')?.scrollIntoView({block: "nearest"});
    }
}
