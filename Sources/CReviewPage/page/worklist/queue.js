/**
 * What comes after the case on the screen: the order of the worklist that the person came from.
 */
import {get} from "../core/api.js";

/** @type {import("./pages.js").Query} */
let query = {state: "open", profile: "", search: ""};
/** Cases that were on the screen since the page was opened; they are not offered again by "next". */
const seen = new Set();

/** The query of the worklist as the person left it. */
export function lastQuery() {
    return query;
}

/** @param {import("./pages.js").Query} value */
export function rememberQuery(value) {
    query = value;
}

/**
 * The next case worth a look, or null when there is none.
 * @param {number} current the case on the screen
 * @returns {Promise<number|null>}
 */
export async function nextJob(current) {
    seen.add(current);
    const values = new URLSearchParams({state: query.state, limit: "100"});
    if (query.profile) values.set("profile", query.profile);
    const {items} = await get(`/api/worklist?${values}`, {search: query.search});
    const place = items.findIndex((item) => item.job === current);
    const order = [...items.slice(place + 1), ...items.slice(0, Math.max(0, place))];
    return order.find((item) => !seen.has(item.job))?.job ?? null;
}
