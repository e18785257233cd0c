/**
 * Talking to the server, and telling apart what can go wrong: it is out of reach, the session is
 * over, it refused, or somebody else was quicker.
 */

import { parse } from "./lossless.js";
import { say } from "./strings.js";

const PATIENCE = 20000; // milliseconds
const ME = "/api/me/";

/** The network or the server is down: trying again may help. */
export class Unreachable extends Error {}

/** Nobody, or somebody else, is signed in by now. */
export class SessionEnded extends Error {}

/** The server understood and said no; trying again as it is does not help. */
export class Refused extends Error {
  /** @param {number} status @param {any} body */
  constructor(status, body) {
    super(sentence(status, body));
    this.status = status;
    this.body = body ?? {};
  }

  /** @returns {boolean} the thing is in another state than the page thought */
  get isConflict() {
    return this.status === 409;
  }
}

/** @param {number} status @param {any} body @returns {string} what to show a person */
function sentence(status, body) {
  const detail = typeof body?.detail === "string" ? body.detail : say("refused", { status });
  const errors = body?.errors;
  const rows = Array.isArray(errors)
    ? errors.map((/** @type {any} */ row) => row.message)
    : Object.values(errors ?? {}).flat();
  const said = rows.filter((row) => typeof row === "string").slice(0, 3);
  return [detail, ...said].join(" ");
}

export class Api {
  /** @param {Record<string, string>} urls @param {{id: number}} me */
  constructor(urls, me) {
    this.urls = urls;
    this.me = me;
    this.token = metaToken(document);
    /** Changes wait for this: the verb that begins the job. */
    this.begun = Promise.resolve();
  }

  /** The first visit begins the job; that it has begun already is no news.
   * @param {number} jobId */
  begin(jobId) {
    this.begun = this.jobVerb(jobId, "start").catch(() => {});
  }

  /** @param {number} itemId @returns {Promise<import("./types.js").Stored>} */
  annotation(itemId) {
    return this.#call("GET", this.#url("annotation", { id: itemId }));
  }

  /**
   * @param {number} itemId @param {number} version that the labels started from
   * @param {string} documentText JSON
   * @param {{leaving?: boolean}} [how] leaving: the request outlives the page
   * @returns {Promise<import("./types.js").Stored>}
   */
  saveAnnotation(itemId, version, documentText, how = {}) {
    const body = `{"version":${version},"document":${documentText}}`;
    return this.#call("PUT", this.#url("annotation", { id: itemId }), body, how);
  }

  /** @param {number} itemId @param {string} verb @param {object} [data] */
  itemVerb(itemId, verb, data = {}) {
    return this.#call("POST", this.#url("item_verb", { id: itemId, verb }), JSON.stringify(data));
  }

  /** Has a picture fetched from where it is kept. @param {string} url the item's `away`
   * @returns {Promise<{width: number, height: number, thumbnail: string}>} */
  bring(url) {
    return this.#call("GET", url);
  }

  /** @param {number} itemId */
  jobItem(itemId) {
    return this.#call("GET", this.#url("job_item", { id: itemId }));
  }

  /** @param {number} jobId @param {string} verb @param {object} [data] */
  jobVerb(jobId, verb, data = {}) {
    return this.#call("POST", this.#url("job_verb", { id: jobId, verb }), JSON.stringify(data));
  }

  /** @param {number} itemId */
  comments(itemId) {
    return this.#call("GET", `${this.urls.comments}?job_item=${itemId}&page_size=100`);
  }

  /** @param {object} comment */
  addComment(comment) {
    return this.#call("POST", this.urls.comments, JSON.stringify(comment));
  }

  /** @param {number} commentId */
  resolveComment(commentId) {
    return this.#call("POST", `${this.urls.comments}${commentId}/resolve/`, "{}");
  }

  /** @param {string} name @param {Record<string, string|number>} parts */
  #url(name, parts) {
    return this.urls[name].replace(/\{(\w+)\}/g, (_all, part) => encodeURIComponent(parts[part]));
  }

  /**
   * @param {string} method @param {string} url @param {string} [body] JSON
   * @param {{leaving?: boolean, again?: boolean}} [how]
   * @returns {Promise<any>}
   */
  async #call(method, url, body, how = {}) {
    if (method !== "GET" && !how.leaving) await this.begun;
    const response = await this.#send(method, url, body, how.leaving ?? false);
    if (response.type === "opaqueredirect") throw new SessionEnded(say("signed_out"));
    if (response.ok) return response.status === 204 ? null : read(response);
    const { status } = response;
    const busy = status >= 500 || status === 408 || status === 429;
    if (busy) throw new Unreachable(say("unreachable"));
    if (status === 401) throw new SessionEnded(say("signed_out"));
    if (status === 403 && !how.leaving && !how.again && (await this.#signedInAgain())) {
      return this.#call(method, url, body, { again: true });
    }
    throw new Refused(status, await read(response).catch(() => null));
  }

  /** @param {string} method @param {string} url @param {string|undefined} body
   * @param {boolean} keepalive @returns {Promise<Response>} */
  async #send(method, url, body, keepalive) {
    const headers = { Accept: "application/json", "X-CSRFToken": this.token };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const signal = keepalive ? undefined : AbortSignal.timeout(PATIENCE);
    try {
      const request = { method, headers, body, keepalive, signal, redirect: "manual" };
      return await fetch(url, /** @type {RequestInit} */ (request));
    } catch {
      throw new Unreachable(say("unreachable"));
    }
  }

  /**
   * Signing in again in another tab gives a new token, with which the old page is refused.
   * @returns {Promise<boolean>} whether the same person is signed in, with a new token
   * @throws {SessionEnded}
   */
  async #signedInAgain() {
    const who = await this.#send("GET", ME, undefined, false);
    if (who.type === "opaqueredirect" || who.status === 401 || who.status === 403) {
      throw new SessionEnded(say("signed_out"));
    }
    if (!who.ok) return false;
    const { id } = await read(who);
    if (id !== undefined && id !== this.me.id) throw new SessionEnded(say("somebody_else"));
    const page = await this.#send("GET", location.href, undefined, false);
    if (!page.ok) return false;
    const text = await page.text();
    const token = metaToken(new DOMParser().parseFromString(text, "text/html"));
    // Django masks its token anew for every page: only trying tells whether this one is better.
    if (token) this.token = token;
    return token !== "";
  }
}

/** @param {Response} response */
const read = async (response) => parse(await response.text());

/** @param {Document} page @returns {string} */
const metaToken = (page) =>
  page.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
