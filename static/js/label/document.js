/**
 * The labels of one item: edits that give a new document, and the history of them.
 */

/** @typedef {import("./types.js").LabelDocument} LabelDocument */
/** @typedef {import("./types.js").LabelObject} LabelObject */
/** @typedef {import("./types.js").TagValue} TagValue */

/** @type {LabelDocument} */
export const EMPTY = Object.freeze({ objects: Object.freeze([]), tags: Object.freeze([]) });

/** @returns {string} 32 hexadecimal digits; `crypto.randomUUID` is missing on plain http */
export function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {LabelDocument} document @param {string|null} id @returns {LabelObject|null} */
export const objectOf = (document, id) =>
  document.objects.find((object) => object.id === id) ?? null;

/** @param {LabelDocument} document @param {LabelObject} object @returns {LabelDocument} */
export const withObject = (document, object) => ({
  ...document,
  objects: [...document.objects, object],
});

/** @param {LabelDocument} document @param {LabelObject} object takes the place of its namesake */
export function withReplaced(document, object) {
  const objects = document.objects.map((old) => (old.id === object.id ? object : old));
  return { ...document, objects };
}

/** @param {LabelDocument} document @param {string} id @returns {LabelDocument} */
export const withoutObject = (document, id) => ({
  ...document,
  objects: document.objects.filter((object) => object.id !== id),
});

/**
 * @param {TagValue[]|undefined} tags @param {number} tag
 * @param {null|string|number|undefined} value undefined takes the tag off
 * @returns {TagValue[]}
 */
function tagged(tags, tag, value) {
  const list = tags ?? [];
  if (value === undefined) return list.filter((one) => one.tag !== tag);
  if (!list.some((one) => one.tag === tag)) return [...list, { tag, value }];
  return list.map((one) => (one.tag === tag ? { ...one, value } : one));
}

/** @param {LabelDocument} document @param {number} tag @param {null|string|number} [value] */
export const withImageTag = (document, tag, value) => ({
  ...document,
  tags: tagged(document.tags, tag, value),
});

/** @param {LabelObject} object @param {number} tag @param {null|string|number} [value] */
export const withObjectTag = (object, tag, value) => ({
  ...object,
  tags: tagged(object.tags, tag, value),
});

/** @param {TagValue[]|undefined} tags @param {number} tag @returns {TagValue|null} */
export const tagOf = (tags, tag) => tags?.find((one) => one.tag === tag) ?? null;

/** @param {LabelDocument} document @returns {number} on the image and on its objects together */
export function tagCount(document) {
  const onObjects = document.objects.reduce((sum, { tags }) => sum + (tags?.length ?? 0), 0);
  return onObjects + (document.tags?.length ?? 0);
}

const KEPT_STEPS = 500;
const MERGE_WITHIN = 1000; // milliseconds

/** Every step of one item's document, forth and back. */
export class History {
  /** @param {LabelDocument} document */
  constructor(document) {
    this.document = document;
    /** @type {LabelDocument[]} */
    this.past = [];
    /** @type {LabelDocument[]} */
    this.future = [];
    /** @type {{key: string|null, at: number}} */
    this.last = { key: null, at: 0 };
  }

  /**
   * @param {LabelDocument} document
   * @param {string|null} [mergeKey] steps with the same key in quick succession are one step: an
   *   object nudged twenty pixels by arrow keys goes back in one
   */
  push(document, mergeKey = null) {
    const now = Date.now();
    const merges = mergeKey !== null && mergeKey === this.last.key;
    if (!(merges && now - this.last.at < MERGE_WITHIN)) {
      this.past.push(this.document);
      if (this.past.length > KEPT_STEPS) this.past.shift();
    }
    this.last = { key: mergeKey, at: now };
    this.document = document;
    this.future = [];
  }

  /** @returns {boolean} whether there was a step to go back */
  undo() {
    return this.#step(this.past, this.future);
  }

  /** @returns {boolean} */
  redo() {
    return this.#step(this.future, this.past);
  }

  /** @param {LabelDocument[]} from @param {LabelDocument[]} to */
  #step(from, to) {
    const document = from.pop();
    if (!document) return false;
    to.push(this.document);
    this.document = document;
    this.last = { key: null, at: 0 };
    return true;
  }
}
