/** Logs out who has gone. A minute before, it asks. */
import {secondsIdle} from "../core/activity.js";
import {t} from "../core/i18n.js";
import {ask} from "./dialog.js";

const WARNING_SECONDS = 60;

/**
 * @param {number} minutes without a sign of life until the log-out
 * @param {() => void} logOut
 * @returns {() => void} stops watching
 */
export function watchIdle(minutes, logOut) {
    let asking = false;
    const timer = setInterval(async () => {
        const left = minutes * 60 - secondsIdle();
        if (left <= 0) logOut();
        else if (left < WARNING_SECONDS && !asking) {
            asking = true;
            await ask(t("idle.title"), t("idle.text"), [{value: "stay", label: t("idle.stay"), kind: "primary"}]);
            asking = false;
        }
    }, 1000);
    return () => clearInterval(timer);
}
