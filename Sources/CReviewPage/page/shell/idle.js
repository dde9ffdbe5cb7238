/** Logs out who has gone. A minute before, it asks. Who is at work is told to the server, also while nothing is asked of it. */
import {secondsIdle} from "../core/activity.js";
import {get} from "../core/api.js";
import {t} from "../core/i18n.js";
import {ask} from "./dialog.js";

const WARNING_SECONDS = 60;
const SIGN_SECONDS = 60;

/**
 * @param {number} minutes without a sign of life until the log-out
 * @param {() => void} logOut
 * @returns {() => void} stops watching
 */
export function watchIdle(minutes, logOut) {
    let asking = false;
    let told = performance.now();
    const timer = setInterval(async () => {
        const left = minutes * 60 - secondsIdle();
        // Somebody who draws for long asks nothing meanwhile, and would lose what they drew with the session.
        if (performance.now() - told > SIGN_SECONDS * 1000 && secondsIdle() < SIGN_SECONDS) {
            told = performance.now();
            get("/api/session").catch(() => {});
        }
        if (left <= 0) logOut();
        else if (left < WARNING_SECONDS && !asking) {
            asking = true;
            await ask(t("idle.title"), t("idle.text"), [{value: "stay", label: t("idle.stay"), kind: "primary"}]);
            asking = false;
        }
    }, 1000);
    return () => clearInterval(timer);
}
