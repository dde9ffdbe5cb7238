/**
 * The page's words, in the language of the person.
 */
import {de} from "../i18n/de.js";
import {en} from "../i18n/en.js";

/** @type {Record<string, Record<string, string>>} */
const LANGUAGES = {en, de};
let current = "en";

/** The languages that there are. */
export const languages = Object.freeze({en: "English", de: "Deutsch"});

/** The language in use, "en" or "de". */
export function language() {
    return current;
}

/** @param {string|null|undefined} name an unknown one leaves English */
export function setLanguage(name) {
    current = name && LANGUAGES[name] ? name : "en";
    document.documentElement.lang = current;
}

/**
 * A text. `{name}` in it is replaced by the value of that name.
 * @param {string} key
 * @param {Record<string, string|number>} [values]
 * @returns {string}
 */
export function t(key, values) {
    const text = LANGUAGES[current][key] ?? en[key] ?? key;
    return values ? text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole)) : text;
}

/**
 * The text for a word of the server, for example a state; the word itself when the page has none.
 * @param {string} group
 * @param {string} word
 */
export function word(group, word) {
    const key = `${group}.${word}`;
    return LANGUAGES[current][key] ?? en[key] ?? word;
}
