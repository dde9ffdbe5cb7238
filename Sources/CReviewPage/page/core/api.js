/**
 * The one way to the server. Every request goes to the page's own origin; what changes something carries `X-Preread`.
 */

import {secondsIdle} from "./activity.js";

/** What the server says when it refuses: a code for programs, a sentence and a remedy for people. */
export class APIError extends Error {
    /**
     * @param {number} status the HTTP status, 0 when there was no answer
     * @param {{code?: string, message?: string, remedy?: string}} body
     */
    constructor(status, body) {
        super(body.message ?? `HTTP ${status}`);
        this.status = status;
        this.code = body.code ?? (status === 0 ? "OFFLINE" : "HTTP");
        this.remedy = body.remedy ?? null;
    }
}

let sessionLost = () => {};

/**
 * Says what happens when the server no longer knows the session.
 * @param {() => void} listener
 */
export function onSessionLost(listener) {
    sessionLost = listener;
}

/** @typedef {{search?: string, signal?: AbortSignal, quiet?: boolean}} Options */

async function request(method, path, body, options = {}) {
    const headers = {Accept: "application/json"};
    // What the page asks by itself, after an event, does not keep a session alive that nobody is at.
    if (secondsIdle() > 60) headers["X-Preread-Background"] = "1";
    if (method !== "GET") headers["X-Preread"] = "1";
    if (body !== undefined) headers["Content-Type"] = "application/json";
    // A search may hold a name: it goes in a header, because URLs end up in logs and histories.
    if (options.search) headers["X-Search"] = encodeURIComponent(options.search);
    let answer;
    try {
        answer = await fetch(path, {
            method,
            headers,
            body: body === undefined ? undefined : JSON.stringify(body),
            credentials: "same-origin",
            cache: "no-store",
            signal: options.signal,
        });
    } catch (error) {
        if (error.name === "AbortError") throw error;
        throw new APIError(0, {message: error.message});
    }
    if (!answer.ok) {
        if (answer.status === 401 && !options.quiet) sessionLost();
        throw new APIError(answer.status, await answer.json().then((value) => value.error ?? {}, () => ({})));
    }
    return answer;
}

async function json(answer) {
    return answer.status === 204 ? null : answer.json();
}

/**
 * @param {string} path
 * @param {Options} [options]
 */
export async function get(path, options) {
    return json(await request("GET", path, undefined, options));
}

/**
 * @param {string} path
 * @param {any} [body]
 * @param {Options} [options]
 */
export async function post(path, body = {}, options) {
    return json(await request("POST", path, body, options));
}

/**
 * @param {string} path
 * @param {Options} [options]
 * @returns {Promise<ArrayBuffer>}
 */
export async function getBytes(path, options) {
    return (await request("GET", path, undefined, options)).arrayBuffer();
}
