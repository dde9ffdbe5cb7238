/** The list of keys, made from the keys that are bound. */
import {h} from "../core/dom.js";
import {t} from "../core/i18n.js";
import {boundKeys} from "../core/keys.js";
import {ask} from "./dialog.js";

const SIGNS = {
    ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", " ": "␣", Escape: "Esc", Delete: "Del",
    PageUp: "PgUp", PageDown: "PgDn",
};

function keyCaps(name) {
    const parts = name.split("+").filter(Boolean);
    if (name.endsWith("+")) parts.push("+");
    return parts.map((part) => h("kbd", null, SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : part)));
}

/** Long combinations stand alone; of short ones the second is worth knowing too. */
function shownKeys({keys}) {
    return keys.slice(0, keys.slice(0, 2).some((name) => name.includes("+") && name.length > 1) ? 1 : 2);
}

/** Shows every key that works on this page. */
export function showHelp() {
    const groups = Map.groupBy ? Map.groupBy(boundKeys(), (key) => key.group) : group(boundKeys());
    const content = [...groups].map(([name, keys]) => h("section", null,
        h("h3", null, t(name)),
        h("dl.keys", null, keys.map((key) => [
            h("dt", null, shownKeys(key).map((name, index) => [index > 0 && " ", keyCaps(name)])),
            h("dd", null, t(key.label)),
        ]))));
    return ask(t("help.title"), [h("div.help", null, content), h("p.muted", null, t("help.mouse"))],
        [{value: "cancel", label: t("close"), kind: "primary"}], {wide: true});
}

function group(keys) {
    const groups = new Map();
    for (const key of keys) groups.set(key.group, [...(groups.get(key.group) ?? []), key]);
    return groups;
}
