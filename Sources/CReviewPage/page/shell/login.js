/** The way in. */
import {post} from "../core/api.js";
import {h, replace} from "../core/dom.js";
import {language, languages, setLanguage, t} from "../core/i18n.js";
import {changeSetting} from "../core/settings.js";

/**
 * Shows the log-in.
 * @param {Element} root
 * @param {{message?: string, done: (session: any) => void}} options
 */
export function showLogin(root, {message, done}) {
    const error = h("p.error", {role: "alert"}, message ?? "");
    const user = h("input", {name: "user", autocomplete: "username", required: true, autofocus: true, spellcheck: "false"});
    const password = h("input", {name: "password", type: "password", autocomplete: "current-password", required: true});
    const button = h("button.primary", {type: "submit"}, t("login.button"));
    const form = h("form.login", {
        onsubmit: async (event) => {
            event.preventDefault();
            button.setAttribute("disabled", "");
            try {
                done(await post("/api/login", {user: user.value, password: password.value}, {quiet: true}));
            } catch (failure) {
                password.value = "";
                password.focus();
                replace(error, sentence(failure));
            } finally {
                button.removeAttribute("disabled");
            }
        },
    },
    h("img.mark", {src: "icon.svg", alt: "", width: "44", height: "44"}),
    h("h1", null, "Preread"),
    h("p.muted", null, t("login.text")),
    h("label", null, t("login.user"), user),
    h("label", null, t("login.password"), password),
    error, button,
    h("p.banner", null, t("banner")),
    languageChoice(() => showLogin(root, {done})));
    replace(root, h("main.login-page", null, form));
    user.focus();
}

function sentence(failure) {
    if (failure.status === 0) return t("error.offline");
    if (failure.status === 429) return t("login.tooMany");
    if (failure.status === 401) return t("login.failed");
    return failure.message;
}

function languageChoice(changed) {
    return h("p.languages", null, Object.entries(languages).map(([name, label]) => h("button.link", {
        type: "button", lang: name, "aria-pressed": String(name === language()),
        onclick: () => {
            setLanguage(name);
            changeSetting("language", name);
            changed();
        },
    }, label)));
}
