/** A job that has no pictures to show, for example because it failed: what is known, and what helps. */
import {h, replace} from "../core/dom.js";
import {t} from "../core/i18n.js";
import {bindKeys} from "../core/keys.js";
import {go} from "../core/router.js";
import {jobDeeds} from "../decide/requeue.js";
import {summary} from "./summary.js";

/**
 * @param {Element} root
 * @param {any} job
 * @param {boolean} mayDecide
 * @returns {() => void} stops what it started
 */
export function showWithoutPictures(root, job, mayDecide) {
    replace(root, h("div.page", null, h("div.card", null, summary(job),
        h("p.muted", null, t("viewer.noPictures")),
        jobDeeds(job, mayDecide, () => go("worklist")))));
    return bindKeys([{keys: ["u"], label: "key.back", group: "help.decide", run: () => go("worklist")}]);
}
