/** What a run reached, on patients that it has never seen. */
import {h} from "../core/dom.js";
import {number} from "../core/format.js";
import {t, word} from "../core/i18n.js";
import {blandAltman} from "./blandaltman.js";
import {learningCurve} from "./curve.js";
import {dicePlot} from "./diceplot.js";
import {patientPlot} from "./patientplot.js";

/** @param {any} run with its report, or null */
export function evaluationSection(run) {
    if (!run) return [h("h2", null, t("evaluation")), h("p.muted", null, t("evaluation.none"))];
    const {report} = run;
    return [
        h("div.head", null, h("h2", null, `${t("evaluation")} · ${run.id}`),
            report && h("a", {
                href: `/api/learning/runs/${encodeURIComponent(run.id)}/report`, target: "_blank", rel: "noopener",
            }, t("evaluation.report"))),
        report ? judged(run, report) : [h("p.muted", null, run.reason || t("evaluation.notYet")), learningCurve(run)],
    ];
}

function judged(run, report) {
    const {decision} = report;
    const kind = decision.segments.some((row) => row.kind === "automatic") ? "automatic" : "perfect";
    const rows = decision.segments.filter((row) => row.kind === kind);
    return [
        verdict(decision),
        h("div.plots", null,
            box(t("evaluation.dice"), t(`evaluation.${kind}`), dicePlot(rows)),
            box(t("evaluation.patients"), t("evaluation.patientsNote"), patientPlot(report.patients)),
            box(t("evaluation.volumes"), t("evaluation.volumesNote"), blandAltman(report.after?.cases ?? [], kind)),
            box(t("evaluation.curve"), "", learningCurve(run))),
    ];
}

function box(title, note, picture) {
    return picture && h("section.plot-box", null, h("h3", null, title), picture, note && h("p.muted", null, note));
}

/** What speaks against the candidate stands there; what does not can be opened. */
function verdict({overall, checks}) {
    const passed = checks.filter((check) => check.isPassed);
    return h("div.verdict", null,
        overall && h("p", null, h("strong", null, t("evaluation.overall", {
            before: number(overall.before, 3), after: number(overall.after, 3),
        })), overall.interval && h("span.muted", null, ` ${t("evaluation.interval", {
            low: signed(overall.interval.lower), high: signed(overall.interval.upper),
            n: overall.interval.count, unit: word("unit", overall.interval.unit),
        })}`)),
        checkList(checks.filter((check) => !check.isPassed)),
        passed.length > 0 && h("details", null, h("summary", null, t("evaluation.passedChecks", {n: passed.length})), checkList(passed)));
}

function checkList(checks) {
    return h("ul.checks", null, checks.map((check) => h("li", {class: check.isPassed ? "good" : "bad"},
        h("span", {role: "img", "aria-label": t(check.isPassed ? "evaluation.passed" : "evaluation.broken")}, check.isPassed ? "✓" : "✗"),
        h("span", null, check.text))));
}

/** @param {number} value */
export function signed(value) {
    return `${value < 0 ? "−" : "+"}${number(Math.abs(value), 3)}`;
}
