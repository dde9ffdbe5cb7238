/** Asks before a correction is lost. */
import {t} from "../core/i18n.js";
import {ask} from "../shell/dialog.js";

/**
 * @param {{save: () => Promise<boolean>}} decisions
 * @returns {Promise<boolean>} whether the page may be left
 */
export async function leaveUnsaved(decisions) {
    const answer = await ask(t("leave.title"), t("leave.text"), [
        {value: "cancel", label: t("leave.stay")},
        {value: "discard", label: t("leave.discard"), kind: "danger"},
        {value: "save", label: t("decide.save"), kind: "primary"},
    ]);
    if (answer === "discard") return true;
    return answer === "save" && decisions.save();
}
