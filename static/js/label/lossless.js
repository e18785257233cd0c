/**
 * JSON that gives back what it was given.
 *
 * `JSON.parse` followed by `JSON.stringify` turns 48.0 into 48 and cuts long numbers, so an object
 * that nobody touched would come back different. Here every parsed list and object remembers its
 * own source text, and `stringify` writes that text again for whatever is still the same value.
 * Parsed values are frozen: an edit makes new lists and objects, which have no source text.
 */

/** @type {WeakMap<object, string>} */
const sources = new WeakMap();

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\.)*"/y;
const WORDS = new Map([["true", true], ["false", false], ["null", null]]);

class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  /** @param {RegExp} pattern sticky @returns {string|null} */
  take(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return null;
    this.at = pattern.lastIndex;
    return found[0];
  }

  /** @returns {never} */
  fail() {
    throw new SyntaxError(`Not JSON at character ${this.at}`);
  }

  /** @param {string} character */
  expect(character) {
    this.take(SPACE);
    if (this.text[this.at] !== character) this.fail();
    this.at += 1;
  }

  /** @param {string} character @returns {boolean} whether it was there, and is now behind us */
  skip(character) {
    this.take(SPACE);
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  value() {
    this.take(SPACE);
    const next = this.text[this.at];
    if (next === "{") return this.#container(() => this.#members());
    if (next === "[") return this.#container(() => this.#entries());
    if (next === '"') return this.#string();
    const number = this.take(NUMBER);
    if (number !== null) return Number(number);
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.fail();
  }

  /** @param {() => object} read */
  #container(read) {
    const start = this.at;
    const value = Object.freeze(read());
    sources.set(value, this.text.slice(start, this.at));
    return value;
  }

  #string() {
    const raw = this.take(STRING);
    if (raw === null) this.fail();
    return raw.includes("\\") ? JSON.parse(raw) : raw.slice(1, -1);
  }

  #members() {
    const members = {};
    this.expect("{");
    if (this.skip("}")) return members;
    do {
      this.take(SPACE);
      const name = this.#string();
      this.expect(":");
      // A plain assignment of "__proto__" would change the prototype instead of adding a member.
      const member = { value: this.value(), enumerable: true, writable: true, configurable: true };
      Object.defineProperty(members, name, member);
    } while (this.skip(","));
    this.expect("}");
    return members;
  }

  #entries() {
    /** @type {unknown[]} */
    const entries = [];
    this.expect("[");
    if (this.skip("]")) return entries;
    do entries.push(this.value());
    while (this.skip(","));
    this.expect("]");
    return entries;
  }
}

/**
 * @param {string} text
 * @returns {any} frozen all the way down
 * @throws {SyntaxError} when the text is not one JSON value
 */
export function parse(text) {
  const reader = new Reader(text);
  const value = reader.value();
  reader.take(SPACE);
  if (reader.at !== text.length) reader.fail();
  return value;
}

/**
 * @param {any} value
 * @returns {string} the value's own source text wherever it has one
 */
export function stringify(value) {
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const source = sources.get(value);
  if (source !== undefined) return source;
  if (Array.isArray(value)) return `[${value.map(stringify).join(",")}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${stringify(member)}`)}}`;
}
