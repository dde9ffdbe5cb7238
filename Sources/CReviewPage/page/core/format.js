/**
 * Numbers, times and names as people of the chosen language write them.
 */
import {language, t} from "./i18n.js";

/**
 * @param {number|null|undefined} value
 * @param {number} [digits] behind the point
 */
export function number(value, digits = 0) {
    if (value === null || value === undefined || !Number.isFinite(value)) return "–";
    return new Intl.NumberFormat(language(), {minimumFractionDigits: digits, maximumFractionDigits: digits}).format(value);
}

/** A volume with three figures that count: 718 mL, 64.8 mL, 1.79 mL. @param {number|null|undefined} value */
export function millilitres(value) {
    if (value === null || value === undefined) return "–";
    const digits = value >= 100 || value === 0 ? 0 : value >= 10 ? 1 : 2;
    return `${number(value, digits)} mL`;
}

/** @param {string|null|undefined} text an ISO 8601 time */
export function time(text) {
    if (!text) return "–";
    return new Intl.DateTimeFormat(language(), {dateStyle: "medium", timeStyle: "short"}).format(new Date(text));
}

/** @param {string|null|undefined} text a date as DICOM (19700131) or ISO 8601 write it */
export function date(text) {
    const parts = /^(\d{4})-?(\d\d)-?(\d\d)/.exec(text ?? "");
    if (!parts) return text || "–";
    const day = new Date(Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])));
    return new Intl.DateTimeFormat(language(), {dateStyle: "medium", timeZone: "UTC"}).format(day);
}

/** How long ago, short: 5 min, 3 h, 2 d. @param {string} text an ISO 8601 time */
export function age(text) {
    const minutes = Math.max(0, (Date.now() - Date.parse(text)) / 60000);
    if (minutes < 60) return t("age.minutes", {n: Math.floor(minutes)});
    if (minutes < 48 * 60) return t("age.hours", {n: Math.floor(minutes / 60)});
    return t("age.days", {n: Math.floor(minutes / 1440)});
}

/** @param {number|null|undefined} seconds */
export function duration(seconds) {
    if (seconds === null || seconds === undefined) return "–";
    const whole = Math.round(seconds);
    if (whole < 60) return t("duration.seconds", {n: whole});
    if (whole < 3600) return t("duration.minutes", {n: Math.floor(whole / 60), s: String(whole % 60).padStart(2, "0")});
    return t("duration.hours", {n: Math.floor(whole / 3600), m: String(Math.floor(whole / 60) % 60).padStart(2, "0")});
}

/** @param {number|null|undefined} bytes */
export function bytes(bytes) {
    if (bytes === null || bytes === undefined) return "–";
    const units = ["B", "kB", "MB", "GB", "TB"];
    let power = 0;
    let value = bytes;
    while (value >= 1000 && power < units.length - 1) {
        value /= 1000;
        power += 1;
    }
    return `${number(value, value < 10 && power > 0 ? 1 : 0)} ${units[power]}`;
}

/** A person name as DICOM codes it (Family^Given^Middle), for reading. @param {string|null|undefined} name */
export function personName(name) {
    const [family, given, middle] = (name ?? "").split("=")[0].split("^");
    const first = [given, middle].filter(Boolean).join(" ");
    return [family, first].filter(Boolean).join(", ") || "–";
}
