/**
 * Keys: what each does now, and who wins when two want the same one.
 *
 * A class or tag may bring any letter or digit as its hotkey. The schema's keys win, for they are
 * what is pressed all day: a command of the page whose key is taken moves to Shift with that key,
 * or Alt where Shift is taken as well. Keys that are not letters or digits (Enter, Delete, arrows,
 * + - [ ] ? and everything with Ctrl) always belong to the page. Two of the schema that want the
 * same key: the first one gets it. The sheet says all of this.
 */

/**
 * @typedef {object} Command
 * @property {string} id
 * @property {string} label
 * @property {string} group
 * @property {string[]} keys such as "r", "shift+j", "ctrl+z", "enter"; the first is shown
 * @property {(event?: KeyboardEvent) => void} run
 * @property {() => boolean} [when] asked at every press; left out: always
 * @property {boolean} [typing] works inside text fields too
 * @property {boolean} [once] a held key does not do it again and again
 * @property {boolean} [silent] not in the sheet, because a neighbour says it
 * @property {string} [cap] what the sheet shows instead of the keys
 * @property {string} [from] the key it would have, had the schema not taken it
 */

/** @typedef {{key: string, label: string, color?: string, run: () => void}} SchemaKey */

const CONTROLS = "button, a[href], summary, input, label";
const FREE = /^[\p{L}\p{N}]$/u;

/** Signs that this page uses, wherever the keyboard has them. */
const OWN_SIGNS = "+-=_?[]<>";
const LAST_LATIN = 0x24f;

const SHOWN = {
  arrowleft: "←", arrowright: "→", arrowup: "↑", arrowdown: "↓", escape: "Esc", delete: "Del",
  pageup: "PgUp", pagedown: "PgDn", space: "Space", insert: "Ins",
};

/** @param {KeyboardEvent} event @returns {string} "ctrl+shift+z", "?", "arrowleft", … */
export function combination(event) {
  // AltGr types characters; Windows reports it as Ctrl with Alt.
  const typed = event.getModifierState("AltGraph");
  const ctrl = !typed && (event.ctrlKey || event.metaKey);
  const alt = !typed && event.altKey;
  const { key, shifted } = keyOf(event, ctrl || alt);
  return [ctrl && "ctrl", alt && "alt", shifted && "shift", key].filter(Boolean).join("+");
}

/**
 * Goes by what the key types, and by where it is when that is of another alphabet, or a sign that
 * Alt, Shift or a French keyboard made of a letter or digit.
 * @param {KeyboardEvent} event @param {boolean} held whether Ctrl or Alt is
 * @returns {{key: string, shifted: boolean}} whether Shift is part of the combination
 */
function keyOf({ key: typed, code, shiftKey }, held) {
  const key = typed === " " ? "space" : typed.toLowerCase();
  if (key.length > 1 || /^[a-z]$/.test(key)) return { key, shifted: shiftKey };
  if (/^\d$/.test(key) || OWN_SIGNS.includes(key)) return { key, shifted: false };
  const [, letter, digit] = /^(?:Key([A-Z])|Digit(\d))$/.exec(code) ?? [];
  const foreign = key.charCodeAt(0) > LAST_LATIN;
  if (letter && (held || foreign)) return { key: letter.toLowerCase(), shifted: shiftKey };
  if (digit) return { key: digit, shifted: shiftKey };
  return { key, shifted: shiftKey && FREE.test(key) };
}

/** @param {string} keys @returns {string} for a person */
export function shownKey(keys) {
  if (keys === "+") return keys;
  const parts = keys.split("+").map((part) => SHOWN[part] ?? part[0].toUpperCase() + part.slice(1));
  return parts.join(" ");
}

/** @param {EventTarget|null} target @returns {boolean} whether keys there are text */
function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target.matches("input") && !target.matches("[type=checkbox], [type=radio], [type=range]");
}

export class Keys {
  constructor() {
    /** @type {Command[]} */
    this.commands = [];
    /** @type {{key: string, label: string, color?: string}[]} */
    this.schema = [];
    /** @type {{key: string, label: string, by: string}[]} who did not get the key they wanted */
    this.denied = [];
    document.addEventListener("keydown", (event) => this.#press(event));
  }

  /**
   * @param {Command[]} commands of the page, in order of precedence
   * @param {{wanted: string, label: string, color?: string, run: () => void}[]} schema classes
   *   first, then tags; `wanted` is "" for those without a hotkey
   * @param {string} group that the schema's keys stand under
   */
  assign(commands, schema, group) {
    /** @type {Map<string, string>} */
    const taken = new Map();
    /** @type {Command[]} */
    const own = [];
    for (const { wanted, label, color, run } of schema) {
      const key = wanted.trim().toLowerCase();
      if (key === "") continue;
      const by = FREE.test(key) ? taken.get(key) : "";
      if (by !== undefined) {
        this.denied.push({ key, label, by });
        continue;
      }
      taken.set(key, label);
      this.schema.push({ key, label, color });
      own.push({ id: `schema ${key}`, label, group, keys: [key], run });
    }
    const used = new Set([...taken.keys(), ...commands.flatMap(({ keys }) => keys)]);
    this.commands = [...own, ...commands.map((command) => moved(command, taken, used))];
  }

  /** @param {string} id @returns {string} for tooltips; "" when it has no key */
  shown(id) {
    const key = this.commands.find((command) => command.id === id)?.keys[0];
    return key ? shownKey(key) : "";
  }

  /** @param {string} label of a class or tag @returns {string} */
  schemaKey(label) {
    return this.schema.find((one) => one.label === label)?.key.toUpperCase() ?? "";
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.defaultPrevented || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    const pressed = combination(event);
    const target = event.target instanceof HTMLElement ? event.target : document.body;
    const typing = isTyping(target);
    // Enter and Space belong to the button that has the focus, arrows to the slider.
    if (["enter", "space"].includes(pressed) && target.matches(CONTROLS)) return;
    if (pressed.startsWith("arrow") && target.matches("input")) return;
    const command = this.commands.find(
      ({ keys, when, typing: also }) =>
        keys.includes(pressed) && (!typing || also) && (when === undefined || when()),
    );
    if (!command) return;
    event.preventDefault();
    if (!(event.repeat && command.once)) command.run(event);
  }
}

/**
 * @param {Command} command @param {Map<string, string>} taken by the schema
 * @param {Set<string>} used by anybody @returns {Command} on other keys where its own are taken
 */
function moved(command, taken, used) {
  const keys = command.keys.map((key) => {
    if (!taken.has(key)) return key;
    const other = [`shift+${key}`, `alt+${key}`].find((one) => !used.has(one));
    if (other) used.add(other);
    return other ?? "";
  });
  if (keys.every((key, index) => key === command.keys[index])) return command;
  return { ...command, keys: keys.filter(Boolean), from: command.keys[0] };
}
