/**
 * A long list of which only what is in sight stands in the document, so that 100,000 rows cost as much as 30.
 */
import {h, perFrame} from "../core/dom.js";

const SPARE_ROWS = 8;

/** Rows of one height. */
export class Rows {
    /**
     * @param {{label: string, make: (index: number) => HTMLElement, open: (index: number) => void,
     *   nearEnd: () => void, selected: (index: number) => void}} options
     */
    constructor(options) {
        this.options = options;
        this.count = 0;
        this.selection = 0;
        /** @type {Map<number, HTMLElement>} */
        this.shown = new Map();
        this.body = h("div.rows-body", {role: "rowgroup"});
        this.element = h("div.rows", {
            role: "grid", tabindex: "0", "aria-label": options.label,
            onscroll: perFrame(() => this.draw()),
        }, this.body);
        this.watcher = new ResizeObserver(() => this.measure());
        this.watcher.observe(this.element);
    }

    /** The height of a row is the style sheet's business. */
    measure() {
        this.rowHeight = parseFloat(getComputedStyle(this.element).getPropertyValue("--row-height")) *
            parseFloat(getComputedStyle(document.documentElement).fontSize) || 72;
        const bar = this.element.offsetWidth - this.element.clientWidth;
        this.element.parentElement?.style.setProperty("--scrollbar", `${bar}px`);
        this.rebuild(this.count);
    }

    /** Makes all rows again. @param {number} count */
    rebuild(count) {
        this.count = count;
        if (!this.rowHeight) return;
        this.selection = Math.max(0, Math.min(this.selection, count - 1));
        for (const row of this.shown.values()) row.remove();
        this.shown.clear();
        this.element.setAttribute("aria-rowcount", String(count));
        this.body.style.height = `${Math.ceil(count * this.rowHeight)}px`;
        this.draw();
    }

    draw() {
        const top = this.element.scrollTop;
        const first = Math.max(0, Math.floor(top / this.rowHeight) - SPARE_ROWS);
        const last = Math.min(this.count, Math.ceil((top + this.element.clientHeight) / this.rowHeight) + SPARE_ROWS);
        for (const [index, row] of this.shown) {
            if (index >= first && index < last) continue;
            row.remove();
            this.shown.delete(index);
        }
        for (let index = first; index < last; index += 1) if (!this.shown.has(index)) this.place(index);
        this.mark();
        if (last > this.count - 2 * SPARE_ROWS) this.options.nearEnd();
    }

    place(index) {
        const row = this.options.make(index);
        row.id = `row-${index}`;
        row.style.transform = `translateY(${Math.round(index * this.rowHeight)}px)`;
        row.setAttribute("role", "row");
        row.setAttribute("aria-rowindex", String(index + 1));
        row.addEventListener("click", () => {
            this.select(index);
            this.options.open(index);
        });
        this.shown.set(index, row);
        this.body.append(row);
    }

    /** @param {number} index */
    select(index) {
        if (this.count === 0) return;
        this.selection = Math.max(0, Math.min(this.count - 1, index));
        const top = this.selection * this.rowHeight;
        const {scrollTop, clientHeight} = this.element;
        if (top < scrollTop) this.element.scrollTop = top;
        else if (top + this.rowHeight > scrollTop + clientHeight) this.element.scrollTop = top + this.rowHeight - clientHeight;
        this.draw();
        this.options.selected(this.selection);
    }

    mark() {
        for (const [index, row] of this.shown) {
            row.setAttribute("aria-selected", String(index === this.selection));
        }
        if (this.count > 0) this.element.setAttribute("aria-activedescendant", `row-${this.selection}`);
    }

    /** How many rows a page key moves. */
    get pageRows() {
        return Math.max(1, Math.floor(this.element.clientHeight / this.rowHeight) - 1);
    }

    stop() {
        this.watcher.disconnect();
    }
}
