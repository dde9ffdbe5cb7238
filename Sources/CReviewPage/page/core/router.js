/**
 * Which page is shown. The address behind `#` names it: `#/worklist`, `#/job/12`. It never holds anything of a patient.
 */

/**
 * @typedef {object} Page
 * @property {() => void} [unmount] frees what the page holds
 * @property {() => boolean|Promise<boolean>} [mayLeave] false keeps the page, for example for unsaved changes
 */

/** Shows pages as the address says. */
export class Router {
    /**
     * @param {Element} root
     * @param {Record<string, (root: Element, argument: string|undefined) => Page|void>} pages by first word of the address
     * @param {(name: string) => void} changed
     */
    constructor(root, pages, changed) {
        this.root = root;
        this.pages = pages;
        this.changed = changed;
        /** @type {Page|null} */
        this.page = null;
        this.address = "";
        this.listener = () => this.follow();
    }

    start() {
        addEventListener("hashchange", this.listener);
        return this.follow();
    }

    stop() {
        removeEventListener("hashchange", this.listener);
        this.page?.unmount?.();
        this.page = null;
        this.address = "";
    }

    /** Shows the page again, for example in another language. */
    reload() {
        this.page?.unmount?.();
        this.page = null;
        this.show(this.address);
    }

    async follow() {
        const address = location.hash.replace(/^#\//, "") || "worklist";
        if (address === this.address) return;
        if (this.page?.mayLeave && !(await this.page.mayLeave())) {
            history.replaceState(null, "", `#/${this.address}`);
            return;
        }
        this.page?.unmount?.();
        this.page = null;
        this.show(address);
    }

    show(address) {
        this.address = address;
        const [name, argument] = address.split("/");
        const known = this.pages[name] ? name : "worklist";
        this.root.replaceChildren();
        this.root.scrollTop = 0;
        this.page = this.pages[known](this.root, argument) ?? {};
        this.changed(known);
    }
}

/** @param {string} address for example "job/12" */
export function go(address) {
    location.hash = `#/${address}`;
}
