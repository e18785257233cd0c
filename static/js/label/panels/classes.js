/**
 * The classes that the job offers. A press takes one in hand, and re-classes what is selected.
 */

import { chooseClass } from "../editing.js";
import { html, icon, keycap, swatch } from "../elements.js";
import { say } from "../strings.js";

const SEARCHABLE_FROM = 13; // classes

export class ClassPanel {
  /**
   * @param {HTMLElement} host @param {import("../editor.js").Editor} editor
   * @param {import("../keys.js").Keys} keys
   */
  constructor(host, editor, keys) {
    this.editor = editor;
    this.list = html("div", { class: "class-list" });
    this.buttons = new Map(
      editor.rules.offeredClasses.map((one) => [one.id, this.#button(one, keys)]),
    );
    this.list.append(...this.buttons.values());
    if (this.buttons.size >= SEARCHABLE_FROM) host.append(this.#search());
    host.append(this.list);
    if (this.buttons.size === 0) host.append(html("p", { class: "hint" }, say("no_classes")));
    for (const type of ["class", "selection", "document", "item"]) {
      editor.addEventListener(type, () => this.draw());
    }
    this.draw();
  }

  /** @param {import("../types.js").LabelClass} one @param {import("../keys.js").Keys} keys */
  #button(one, keys) {
    const key = keys.schemaKey(one.name);
    const shape = say(`shape_${one.shape}`);
    const look = { type: "button", class: "class-button", title: `${one.name} (${shape})` };
    const press = { click: () => chooseClass(this.editor, one.id) };
    return html(
      "button",
      { ...look, "aria-keyshortcuts": key || null, on: press },
      swatch(one.color),
      html("span", { class: "class-name" }, one.name),
      one.shape !== "any" && icon(/** @type {any} */ (one.shape)),
      key && keycap(key),
    );
  }

  #search() {
    const filter = (/** @type {Event} */ event) => {
      const sought = /** @type {HTMLInputElement} */ (event.target).value.toLowerCase();
      for (const [id, button] of this.buttons) {
        button.hidden = !this.editor.rules.classOf(id).name.toLowerCase().includes(sought);
      }
    };
    const words = { "aria-label": say("search_classes"), placeholder: say("search_classes") };
    return html("input", { type: "search", ...words, on: { input: filter } });
  }

  draw() {
    const { editor } = this;
    const current = editor.selected?.class ?? editor.classId;
    for (const [id, button] of this.buttons) {
      button.setAttribute("aria-pressed", String(id === current));
      button.disabled = editor.readOnly;
    }
  }
}
