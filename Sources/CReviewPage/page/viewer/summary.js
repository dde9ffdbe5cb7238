/** Who and what this case is, and why it is worth a look. */
import {h} from "../core/dom.js";
import {date, number, personName, time} from "../core/format.js";
import {t, word} from "../core/i18n.js";
import {reasonChip, stateChip} from "../worklist/chips.js";

/** @param {any} job */
export function summary(job) {
    const {patient} = job;
    return h("section.summary", {"aria-label": t("viewer.case")},
        h("div.head", null, h("h1", null, personName(patient.name)), stateChip(job.state)),
        h("p.muted", null, [word("sex", patient.sex || "?"), date(patient.birthDate), patient.id].join(" · ")),
        h("p", null, job.studyDescription || "–", h("span.muted", null, ` · ${date(job.studyDate)}`)),
        h("p.muted", null, [job.seriesDescription, job.accession].filter(Boolean).join(" · ")),
        job.supersededBy && h("p.warn", null, t("viewer.superseded"), " ", h("a", {href: `#/job/${job.supersededBy}`}, t("viewer.newer"))),
        reasons(job), details(job));
}

function reasons(job) {
    const warnings = job.receipt?.warnings ?? [];
    if (!job.reasons.length && !warnings.length) return null;
    return h("ul.reasons", null,
        job.reasons.map((reason) => h("li", null, reasonChip(reason), h("span", null, reason.text))),
        warnings.map((text) => h("li", null, reasonChip({code: "WARNING", text}), h("span", null, text))));
}

function sizeOf({columns, rows, slices, pixelSpacing: [row, column], sliceSpacing}) {
    const spacing = [column, row, sliceSpacing].map((mm) => mm === null ? "~" : number(mm, 2));
    return `${columns} × ${rows} × ${slices}, ${spacing.join(" × ")} mm`;
}

function details(job) {
    const {volume, model, profile} = job;
    const rows = [
        [t("viewer.profile"), profile ? `${profile.title} ${profile.version}` : "–"],
        [t("viewer.model"), model?.sha256 ? [model.name, model.precision, model.sha256.slice(0, 12)].filter(Boolean).join(" · ") : "–"],
        [t("viewer.volume"), volume ? sizeOf(volume) : "–"],
        [t("viewer.received"), time(job.received)],
    ];
    return h("details", null, h("summary", null, t("viewer.details")),
        h("dl.facts", null, rows.map(([name, value]) => [h("dt", null, name), h("dd", null, value)])));
}
