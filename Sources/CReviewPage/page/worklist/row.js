/** One row of the worklist. */
import {h} from "../core/dom.js";
import {age, date, number, personName, time} from "../core/format.js";
import {t, word} from "../core/i18n.js";
import {reasonChip, stateChip} from "./chips.js";

/** The headings, in the order of the cells. */
export function headings() {
    const keys = ["", "worklist.reason", "worklist.patient", "worklist.study", "worklist.profile", "worklist.age", "worklist.state"];
    return h("div.row.head", {role: "row"}, keys.map((key) => h("span", {role: "columnheader"}, key && t(key))));
}

/**
 * @param {any} item as the server gives it
 */
export function worklistRow(item) {
    const {patient} = item;
    const cell = (name, ...content) => h(`div.${name}`, {role: "gridcell"}, ...content);
    return h("div.row", {class: item.conflict ? "conflict" : ""},
        cell("thumb", h("img", {
            src: item.thumbnail, alt: "", loading: "lazy", decoding: "async",
            onerror: (event) => event.target.classList.add("missing"),
        })),
        cell("why", item.reasons.length
            ? [h("div.chips", null, item.reasons.map(reasonChip)), h("small.muted", null, item.reasons[0].text)]
            : h("span.muted", null, t("worklist.noReason"))),
        cell("who", h("strong", null, personName(patient.name)),
            h("small.muted", null, [date(patient.birthDate), word("sex", patient.sex || "?"), patient.id].join(" · "))),
        cell("what", h("span", null, item.studyDescription || item.seriesDescription || "–"),
            h("small.muted", null, [date(item.studyDate), item.accession].filter(Boolean).join(" · "))),
        cell("how", h("span", null, item.profile?.title ?? "–"),
            h("small.muted", null, `${item.modality} · ${t("worklist.slices", {n: number(item.slices)})}`)),
        cell("age", h("span", {title: time(item.received)}, age(item.received))),
        cell("state", stateChip(item.state), item.reviewer && h("small.muted", null, item.reviewer)));
}
