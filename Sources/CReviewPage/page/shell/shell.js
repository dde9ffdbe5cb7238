/**
 * What stands around every page: where one is, who one is, and that this is not a diagnosis.
 */
import {h, replace} from "../core/dom.js";
import {onEventStatus} from "../core/events.js";
import {language, languages, setLanguage, t} from "../core/i18n.js";
import {changeSetting, setting} from "../core/settings.js";
import {showHelp} from "./help.js";
import {icon} from "./icons.js";

/** The navigation, in order; the last column is the least role. */
const PLACES = [
    ["worklist", "nav.worklist", "g w"],
    ["learn", "nav.learn", "g l"],
    ["quarantine", "nav.quarantine", "g q"],
    ["system", "nav.system", "g s"],
];

/** The frame of the page. */
export class Shell {
    /**
     * @param {Element} root
     * @param {{user: string, role: string}} session
     * @param {{logOut: () => void, relabel: () => void}} actions
     */
    constructor(root, session, actions) {
        this.session = session;
        this.actions = actions;
        this.header = h("header.shell");
        this.main = h("main", {id: "main", tabindex: "-1"});
        this.live = h("span.live", {role: "img"});
        replace(root, h("a.skip", {href: "#main", onclick: (event) => {
            event.preventDefault();
            this.main.focus();
        }}, t("skip")), this.header, this.main);
        onEventStatus((live) => this.showLive(live));
        this.place = "worklist";
        this.label();
    }

    label() {
        replace(this.header,
            h("a.brand", {href: "#/worklist"}, h("img", {src: "icon.svg", alt: "", width: "22", height: "22"}), "Preread"),
            h("nav", {"aria-label": t("nav")}, PLACES.map(([name, key, keys]) => h("a", {
                href: `#/${name}`, dataset: {place: name}, title: `${t(key)} (${keys.toUpperCase()})`,
            }, t(key)))),
            h("p.banner", null, icon("warn"), t("banner")),
            h("div.tools", null, this.live, this.languageButton(),
                this.button("sun", "theme", () => this.changeTheme()),
                this.button("help", "help.title", () => showHelp()),
                h("span.user", null, this.session.user, h("small", null, t(`role.${this.session.role}`))),
                this.button("logout", "logout", this.actions.logOut)));
        this.showPlace(this.place);
        this.showLive(this.isLive);
    }

    button(name, key, run) {
        return h("button.icon-button", {type: "button", title: t(key), "aria-label": t(key), onclick: run}, icon(name));
    }

    languageButton() {
        const other = language() === "en" ? "de" : "en";
        return h("button.icon-button.text", {
            type: "button", lang: other, title: languages[other], "aria-label": languages[other],
            onclick: () => {
                setLanguage(other);
                changeSetting("language", other);
                this.label();
                this.actions.relabel();
            },
        }, other.toUpperCase());
    }

    changeTheme() {
        changeSetting("theme", setting("theme") === "dark" ? "light" : "dark");
        document.documentElement.dataset.theme = setting("theme");
        dispatchEvent(new Event("themechange"));
    }

    showLive(live) {
        this.isLive = live;
        this.live.classList.toggle("on", Boolean(live));
        this.live.title = t(live ? "live.on" : "live.off");
        this.live.setAttribute("aria-label", this.live.title);
    }

    showPlace(name) {
        this.place = name;
        const place = {job: "worklist", profiles: "system"}[name] ?? name;
        for (const link of this.header.querySelectorAll("nav a")) {
            if (link.dataset.place === place) link.setAttribute("aria-current", "page");
            else link.removeAttribute("aria-current");
        }
        document.title = `${t(`nav.${place}`)} – Preread`;
    }
}
