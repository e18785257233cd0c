/**
 * The page's words. The server writes them, translated, into the page as one JSON element.
 */

/** @param {string} id of a `<script type="application/json">` @returns {any} */
export function readJson(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page lacks its ${id}`);
  return JSON.parse(element.textContent ?? "null");
}

/** @type {Record<string, string|Record<string, string>>} */
let words = {};

const language = () => document.documentElement.lang || "en";

/** Reads the words; call once before anything is drawn. */
export function readStrings() {
  words = readJson("strings");
}

/** @param {string} text @param {Record<string, string|number>} values */
const filled = (text, values) =>
  text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));

/**
 * @param {string} key @param {Record<string, string|number>} [values] for `{name}` places
 * @returns {string}
 */
export function say(key, values = {}) {
  const text = words[key];
  return typeof text === "string" ? filled(text, values) : key;
}

/**
 * @param {string} key of a text with plural forms @param {number} count
 * @param {Record<string, string|number>} [values]
 * @returns {string} the form that the language uses for this count
 */
export function sayCount(key, count, values = {}) {
  const forms = words[key];
  if (!forms || typeof forms === "string") return key;
  const form = new Intl.PluralRules(language()).select(count);
  const shown = count.toLocaleString(language());
  return filled(forms[form] ?? forms.other, { count: shown, ...values });
}

/** @param {string|number|Date} when @returns {string} "2 seconds ago" in the page's language */
export function ago(when) {
  const seconds = (new Date(when).getTime() - Date.now()) / 1000;
  const style = new Intl.RelativeTimeFormat(language(), { style: "narrow", numeric: "auto" });
  /** @type {[Intl.RelativeTimeFormatUnit, number][]} */
  const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return style.format(Math.round(Math.min(0, seconds) / length), unit);
}

/** @param {string|number|Date} when @returns {string} the exact time in the reader's zone */
export const exactTime = (when) =>
  new Date(when).toLocaleString(language(), { dateStyle: "medium", timeStyle: "medium" });
