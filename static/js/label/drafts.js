/**
 * Unsaved work kept in this browser, so that neither a lost network, an ended session nor a crash
 * costs it. One entry for each person, item and page, so that two tabs never overwrite each other.
 */

import { parse, stringify } from "./lossless.js";

/** @typedef {import("./types.js").LabelDocument} LabelDocument */

/**
 * @typedef {object} Draft
 * @property {string} key
 * @property {number} version of the labels that the work started from
 * @property {string} at ISO time
 * @property {LabelDocument} document @property {LabelDocument} base
 */

const PREFIX = "labeldesk.draft";

export class Drafts {
  /** @param {number} personId */
  constructor(personId) {
    this.personId = personId;
    this.pageId = Math.random().toString(36).slice(2, 10);
  }

  /** @param {number} itemId */
  #prefix(itemId) {
    return `${PREFIX}.${this.personId}.${itemId}.`;
  }

  /**
   * @param {number} itemId @param {number} version
   * @param {LabelDocument} document @param {LabelDocument} base what the server held
   * @returns {boolean} false when this browser has no room or keeps nothing
   */
  write(itemId, version, document, base) {
    const at = new Date().toISOString();
    try {
      const text = stringify({ version, at, document, base });
      localStorage.setItem(this.#prefix(itemId) + this.pageId, text);
      return true;
    } catch {
      return false;
    }
  }

  /** @param {number} itemId the work of this page on it is saved, or given up */
  remove(itemId) {
    this.drop(this.#prefix(itemId) + this.pageId);
  }

  /** @param {string} key */
  drop(key) {
    try {
      localStorage.removeItem(key);
    } catch {
      // A browser that keeps nothing has nothing to drop.
    }
  }

  /** @param {number} itemId @returns {Draft[]} of earlier pages, newest first */
  left(itemId) {
    /** @type {Draft[]} */
    const found = [];
    for (const key of this.#keys(this.#prefix(itemId))) {
      if (key.endsWith(`.${this.pageId}`)) continue;
      try {
        found.push({ key, ...parse(localStorage.getItem(key) ?? "") });
      } catch {
        this.drop(key);
      }
    }
    return found.sort((a, b) => (a.at < b.at ? 1 : -1));
  }

  /** @param {string} prefix @returns {string[]} */
  #keys(prefix) {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
    } catch {
      return [];
    }
  }
}
