/**
 * Starts the page: who is here, then the shell, then the page that the address names.
 */
import {get, onSessionLost, post} from "./core/api.js";
import {closeEvents, openEvents} from "./core/events.js";
import {setLanguage, t} from "./core/i18n.js";
import {bindKeys} from "./core/keys.js";
import {go, Router} from "./core/router.js";
import {changeSetting, setting} from "./core/settings.js";
import {learnPage} from "./learn/learn.js";
import {showHelp} from "./shell/help.js";
import {watchIdle} from "./shell/idle.js";
import {showLogin} from "./shell/login.js";
import {Shell} from "./shell/shell.js";
import {profilesPage} from "./system/profiles.js";
import {quarantinePage} from "./system/quarantine.js";
import {systemPage} from "./system/system.js";
import {jobPage} from "./viewer/job.js";
import {worklistPage} from "./worklist/worklist.js";

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
/** @type {(() => void)|null} */
let leave = null;

document.documentElement.dataset.theme = setting("theme");
setLanguage(setting("language") ?? navigator.language.slice(0, 2));
onSessionLost(() => { if (leave) loggedOut(t("login.expired")); });
start();

async function start() {
    try {
        if (!setting("loggedIn")) throw new Error("nobody is logged in");
        enter(await get("/api/session", {quiet: true}));
    } catch {
        showLogin(root, {done: enter});
    }
}

/** @param {{user: string, role: string, language?: string, idleMinutes: number}} session */
function enter(session) {
    changeSetting("loggedIn", true);
    if (!setting("language") && session.language) setLanguage(session.language);
    const shell = new Shell(root, session, {logOut, relabel: () => router.reload()});
    const page = (make) => (element, argument) => make(element, {session, argument});
    const router = new Router(shell.main, {
        worklist: page(worklistPage),
        job: page(jobPage),
        learn: page(learnPage),
        quarantine: page(quarantinePage),
        system: page(systemPage),
        profiles: page(profilesPage),
    }, (name) => shell.showPlace(name));
    const stops = [watchIdle(session.idleMinutes, logOut), bindKeys(globalKeys()), () => router.stop(), closeEvents];
    leave = () => stops.forEach((stop) => stop());
    openEvents();
    router.start();
}

async function logOut() {
    await post("/api/logout", {}, {quiet: true}).catch(() => {});
    loggedOut("");
}

function loggedOut(message) {
    leave?.();
    leave = null;
    changeSetting("loggedIn", false);
    document.querySelectorAll("dialog").forEach((dialog) => dialog.close());
    showLogin(root, {message, done: enter});
}

/** `g` and then a letter goes somewhere, as in many worklists. */
function globalKeys() {
    const places = {w: "worklist", l: "learn", q: "quarantine", s: "system"};
    const lead = () => {
        const unbind = bindKeys(Object.entries(places).map(([key, place]) => ({
            keys: [key], label: `nav.${place}`, group: "help.go", run: () => go(place),
        })));
        addEventListener("keyup", () => setTimeout(() => addEventListener("keyup", unbind, {once: true})), {once: true});
        setTimeout(unbind, 1500);
    };
    return [
        {keys: ["?"], label: "help.title", group: "help.go", run: () => showHelp()},
        {keys: ["g"], label: "help.gThen", group: "help.go", run: lead},
    ];
}
