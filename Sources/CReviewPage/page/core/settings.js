/**
 * What a person prefers, kept in this browser. Nothing of a patient is ever kept.
 */

const KEY = "preread";
const DEFAULTS = {
    theme: "dark",
    language: null,
    overlayMode: "both",
    overlayOpacity: 0.3,
    brushMM: 12,
    layout: 0,
    /** Whether somebody logged in here and not out: without, nobody needs to ask the server who it is. */
    loggedIn: false,
    showBoxes: false,
    showCrosshair: true,
};

/** @typedef {typeof DEFAULTS} Settings */

/** @type {Settings} */
let values = {...DEFAULTS, ...read()};

/**
 * @template {keyof Settings} K
 * @param {K} name
 * @returns {Settings[K]}
 */
export function setting(name) {
    return values[name];
}

/**
 * @template {keyof Settings} K
 * @param {K} name
 * @param {Settings[K]} value
 */
export function changeSetting(name, value) {
    values = {...values, [name]: value};
    try {
        localStorage.setItem(KEY, JSON.stringify(values));
    } catch {
        // A browser that keeps nothing works as well, it only forgets.
    }
}

function read() {
    try {
        return JSON.parse(localStorage.getItem(KEY) ?? "{}");
    } catch {
        return {};
    }
}
