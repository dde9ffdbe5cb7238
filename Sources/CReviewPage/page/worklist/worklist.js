/**
 * The worklist: the case most worth a minute is on top.
 */
import {h, replace} from "../core/dom.js";
import {onEvent} from "../core/events.js";
import {secondsIdle} from "../core/activity.js";
import {t} from "../core/i18n.js";
import {bindKeys} from "../core/keys.js";
import {go} from "../core/router.js";
import {sayError} from "../shell/status.js";
import {Filters} from "./filters.js";
import {WorklistPages} from "./pages.js";
import {lastQuery, rememberQuery} from "./queue.js";
import {headings, worklistRow} from "./row.js";
import {Rows} from "./rows.js";

/** Events come in flocks; the list looks once for all of them. */
const REFRESH_MS = 900;
/** Somebody who does nothing for so long does not mind rows that move. */
const CALM_SECONDS = 8;
let lastSelected = 0;

/** @param {Element} root @returns {import("../core/router.js").Page} */
export function worklistPage(root) {
    const pages = new WorklistPages(() => show());
    const filters = new Filters(lastQuery(), (query) => open(query));
    const pill = h("button.pill", {type: "button", hidden: true, onclick: () => open(pages.query)});
    const empty = h("p.empty", {hidden: true});
    const rows = new Rows({
        label: t("nav.worklist"),
        make: (index) => worklistRow(pages.items[index]),
        open: (index) => go(`job/${pages.items[index].job}`),
        nearEnd: () => pages.more().catch(sayError),
        selected: (index) => { lastSelected = pages.items[index].job; },
    });
    replace(root, h("div.worklist", null, filters.element,
        h("section", {"aria-label": t("nav.worklist")}, headings(), rows.element, pill, empty)));

    function show() {
        if (pages.fresh > 0 && secondsIdle() > CALM_SECONDS && rows.element.scrollTop === 0) {
            open(pages.query);
            return;
        }
        rows.rebuild(pages.items.length);
        filters.showCounts(pages.counts);
        pill.hidden = pages.fresh === 0;
        replace(pill, t("worklist.fresh", {n: pages.fresh}));
        empty.hidden = pages.items.length > 0;
        replace(empty, t(pages.query.search ? "worklist.nothingFound" : "worklist.empty"));
    }

    async function open(query) {
        rememberQuery(query);
        try {
            await pages.open(query);
            rows.element.scrollTop = 0;
            rows.selection = Math.max(0, pages.items.findIndex((item) => item.job === lastSelected));
            rows.select(rows.selection);
        } catch (error) {
            sayError(error);
        }
    }

    let pause = 0;
    const stopListening = onEvent("jobs", () => {
        pause ||= setTimeout(() => {
            pause = 0;
            pages.refresh().catch(() => {});
        }, REFRESH_MS);
    });
    const unbind = bindKeys(worklistKeys(rows, filters, () => open(pages.query)));
    open(lastQuery()).then(() => rows.element.focus({preventScroll: true}));
    return {
        unmount() {
            stopListening();
            unbind();
            clearTimeout(pause);
            rows.stop();
        },
    };
}

/** @returns {import("../core/keys.js").Key[]} */
function worklistKeys(rows, filters, reload) {
    const group = "nav.worklist";
    const move = (keys, label, by) => ({keys, label, group, repeat: true, run: () => rows.select(rows.selection + by())});
    return [
        move(["j", "ArrowDown"], "key.down", () => 1),
        move(["k", "ArrowUp"], "key.up", () => -1),
        move(["PageDown"], "key.pageDown", () => rows.pageRows),
        move(["PageUp"], "key.pageUp", () => -rows.pageRows),
        {keys: ["Home"], label: "key.first", group, run: () => rows.select(0)},
        {keys: ["End"], label: "key.last", group, run: () => rows.select(rows.count - 1)},
        {keys: ["Enter", "o"], label: "key.open", group, run: () => rows.count && rows.options.open(rows.selection)},
        {keys: ["/"], label: "key.search", group, run: () => filters.search.select()},
        {keys: ["r"], label: "key.refresh", group, run: reload},
        {
            keys: ["Escape"], label: "key.clearSearch", group, run: () => {
                filters.search.value = "";
                filters.change({search: ""});
                rows.element.focus();
            },
        },
    ];
}
