/**
 * Elements without HTML strings: nothing that comes from a server can turn into markup.
 */

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Node|string|number|null|undefined|false|Child[]} Child */

/**
 * Makes an element. `h("button.primary", {type: "button", onclick: save}, "Save")`.
 * @param {string} selector a tag with classes, for example "div.row.wide"
 * @param {Record<string, any>|null} [properties] `on…` are listeners, `class` adds classes, `dataset` and `style` are
 *   objects, `true` and `false` set or leave out an attribute, everything else is an attribute
 * @param {...Child} children
 * @returns {HTMLElement}
 */
export function h(selector, properties, ...children) {
    return build(document.createElement(selector.split(".")[0]), selector, properties, children);
}

/**
 * Makes an SVG element, as {@link h} does.
 * @param {string} selector
 * @param {Record<string, any>|null} [properties]
 * @param {...Child} children
 * @returns {SVGElement}
 */
export function svg(selector, properties, ...children) {
    return build(document.createElementNS(SVG, selector.split(".")[0]), selector, properties, children);
}

function build(element, selector, properties, children) {
    const classes = selector.split(".").slice(1);
    if (classes.length) element.classList.add(...classes);
    for (const [name, value] of Object.entries(properties ?? {})) set(element, name, value);
    append(element, children);
    return element;
}

function set(element, name, value) {
    if (value === null || value === undefined || value === false) return;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.classList.add(...String(value).split(" ").filter(Boolean));
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "style") for (const [key, entry] of Object.entries(value)) element.style.setProperty(key, entry);
    else if (name === "value" && "value" in element) element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
}

/**
 * Appends children; lists are flattened and nothing is made of what is absent.
 * @param {Element} element
 * @param {Child[]} children
 */
export function append(element, children) {
    for (const child of children) {
        if (Array.isArray(child)) append(element, child);
        else if (child !== null && child !== undefined && child !== false) {
            element.append(child instanceof Node ? child : String(child));
        }
    }
}

/**
 * Puts other children into an element.
 * @param {Element} element
 * @param {...Child} children
 */
export function replace(element, ...children) {
    element.replaceChildren();
    append(element, children);
}

/**
 * The most a function is called: once per frame, with the last arguments.
 * @template {any[]} A
 * @param {(...values: A) => void} work
 * @returns {(...values: A) => void}
 */
export function perFrame(work) {
    let last = null;
    let asked = 0;
    return (...values) => {
        last = values;
        asked ||= requestAnimationFrame(() => {
            asked = 0;
            work(...last);
        });
    };
}
