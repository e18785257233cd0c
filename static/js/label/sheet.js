/**
 * The sheet of keys: everything that a key or a gesture does on this page, and what moved where.
 */

import { ask } from "./dialogs.js";
import { html, swatch } from "./elements.js";
import { shownKey } from "./keys.js";
import { say } from "./strings.js";

/** @param {string[]} keys @param {string} label @param {string} [note] @param {string} [color] */
function row(keys, label, note = "", color = "") {
  const caps = keys.map((key) => html("kbd", { class: "keycap" }, key));
  const words = html("span", {}, color && swatch(color), label, note && html("em", {}, ` ${note}`));
  return html("div", { class: "sheet-row" }, html("dt", {}, ...caps), html("dd", {}, words));
}

/** @param {string} title @param {Node[]} rows */
const section = (title, rows) =>
  html("section", { class: "sheet-group" }, html("h3", {}, title), html("dl", {}, ...rows));

/**
 * @param {import("./keys.js").Keys} keys
 * @param {{keys: string, label: string}[]} gestures of pointers, for the group "picture"
 */
export function openSheet(keys, gestures) {
  const groups = new Map();
  for (const command of keys.commands) {
    if (command.silent || command.keys.length === 0 || command.id.startsWith("schema ")) continue;
    const rows = groups.get(command.group) ?? [];
    groups.set(command.group, rows);
    const note = command.from ? say("key_moved", { key: shownKey(command.from) }) : "";
    const caps = command.cap ? [command.cap] : command.keys.slice(0, 2).map(shownKey);
    rows.push(row(caps, command.label, note));
  }
  const pointing = gestures.map((one) => row([one.keys], one.label));
  const schema = keys.schema.map(({ key, label, color }) => row([shownKey(key)], label, "", color));
  const denied = keys.denied.map(({ key, label, by }) =>
    row(["–"], label, by ? say("key_taken", { key, by }) : say("key_fixed", { key })),
  );
  const sections = [...groups].map(([title, rows]) => section(title, rows));
  sections.push(section(say("group_pointer"), pointing));
  if (schema.length + denied.length > 0) {
    sections.unshift(section(say("group_schema"), [...schema, ...denied]));
  }
  const rule = html("p", { class: "hint" }, say("key_rule"));
  return ask({
    title: say("keys"),
    wide: true,
    body: [rule, html("div", { class: "sheet" }, ...sections)],
    choices: [{ value: "close", label: say("close"), primary: true }],
  });
}
