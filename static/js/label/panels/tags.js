/**
 * The tags of the image or of the selected object, each with the input that its values need.
 */

import { setTag } from "../editing.js";
import { tagOf } from "../document.js";
import { html, keycap } from "../elements.js";
import { say } from "../strings.js";

/** @typedef {import("../types.js").TagDefinition} TagDefinition */
/** @typedef {import("../types.js").TagValue} TagValue */
/** @typedef {{row: HTMLElement, show: (found: TagValue|null) => void}} Field */

const CHOICES_AS_BUTTONS = 6;
const LONGEST_TEXT = 200; // characters, as the server takes them

export class TagPanel {
  /**
   * @param {HTMLElement} host @param {"image"|"object"} target
   * @param {import("../editor.js").Editor} editor @param {import("../keys.js").Keys} keys
   */
  constructor(host, target, editor, keys) {
    this.host = host;
    this.target = target;
    this.editor = editor;
    this.keys = keys;
    /** @type {Map<number, Field>} */
    this.fields = new Map();
    this.signature = "";
    for (const type of ["document", "selection", "item"]) {
      editor.addEventListener(type, () => this.draw());
    }
    this.draw();
  }

  /** @returns {TagValue[]} */
  #values() {
    const { editor, target } = this;
    return (target === "image" ? editor.shown.tags : editor.selected?.tags) ?? [];
  }

  /** @returns {TagDefinition[]} */
  #offered() {
    const { editor, target } = this;
    if (target === "image") return editor.item ? editor.rules.imageTags : [];
    const { selected } = editor;
    return selected ? editor.rules.objectTags(selected.class) : [];
  }

  draw() {
    const { editor } = this;
    if (editor.previewed) return;
    const { selected } = editor;
    const locked =
      editor.readOnly ||
      (this.target === "object" && selected !== null && !editor.rules.mayTouch(selected));
    const values = this.#values();
    const offered = locked ? [] : this.#offered();
    const fixed = values.filter(({ tag }) => !offered.some(({ id }) => id === tag));
    const signature = JSON.stringify([
      this.target === "object" ? editor.selectedId : editor.item?.id,
      offered.map(({ id }) => id),
      fixed,
    ]);
    if (signature !== this.signature) {
      this.signature = signature;
      this.#rebuild(offered, fixed);
    }
    for (const [id, field] of this.fields) field.show(tagOf(values, id));
  }

  /** @param {TagDefinition[]} offered @param {TagValue[]} fixed */
  #rebuild(offered, fixed) {
    this.fields = new Map(offered.map((tag) => [tag.id, this.#field(tag)]));
    const rows = [...this.fields.values()].map(({ row }) => row);
    const told = fixed.map((value) => html("p", { class: "tag-fixed" }, this.#told(value)));
    this.host.replaceChildren(...told, ...rows);
    if (rows.length + told.length > 0) return;
    const nothing = this.target === "object" && !this.editor.selected;
    const words = say(nothing ? "select_an_object" : "no_tags");
    this.host.append(html("p", { class: "hint" }, words));
  }

  /** @param {TagValue} found @returns {string} */
  #told({ tag, value }) {
    const name = this.editor.rules.tagById.get(tag)?.name ?? say("unknown_tag", { id: tag });
    return value === null || value === undefined ? name : `${name}: ${value}`;
  }

  /** @param {TagDefinition} tag @param {null|string|number|undefined} value */
  #set(tag, value) {
    setTag(this.editor, tag.id, value, this.target);
  }

  /** @param {number} id puts the cursor into the field of a tag */
  focus(id) {
    const input = this.fields.get(id)?.row.querySelector("input, select");
    if (!(input instanceof HTMLElement)) return;
    input.focus();
    if (input instanceof HTMLInputElement) input.select();
  }

  /** @param {TagDefinition} tag @returns {Field} */
  #field(tag) {
    if (tag.value_type === "none") return this.#flag(tag);
    if (tag.value_type !== "choice") return this.#typed(tag);
    return tag.choices.length <= CHOICES_AS_BUTTONS ? this.#buttons(tag) : this.#menu(tag);
  }

  /** @param {TagDefinition} tag @returns {HTMLElement|string} */
  #cap(tag) {
    const key = this.keys.schemaKey(tag.name);
    return key ? keycap(key) : "";
  }

  /** @param {TagDefinition} tag @returns {Field} */
  #flag(tag) {
    const box = html("input", { type: "checkbox" });
    box.addEventListener("change", () => {
      this.#set(tag, box.checked ? null : undefined);
      this.draw();
    });
    const name = html("span", {}, tag.name);
    const row = html("label", { class: "tag-flag" }, box, name, this.#cap(tag));
    return { row, show: (found) => (box.checked = found !== null) };
  }

  /** @param {TagDefinition} tag @returns {Field} text or number; empty means not set */
  #typed(tag) {
    const number = tag.value_type === "number";
    const input = html("input", {
      type: "text",
      inputmode: number ? "decimal" : null,
      maxlength: number ? null : LONGEST_TEXT,
      autocomplete: "off",
    });
    const problem = html("p", { class: "field-error", role: "alert", hidden: true });
    const read = () => {
      const text = input.value.trim();
      const value = number ? Number(text.replace(",", ".")) : text;
      const wrong = number && text !== "" && !Number.isFinite(value);
      input.setAttribute("aria-invalid", String(wrong));
      problem.hidden = !wrong;
      problem.textContent = wrong ? say("not_a_number") : "";
      if (!wrong) this.#set(tag, text === "" ? undefined : value);
    };
    input.addEventListener("input", read);
    input.addEventListener("blur", () => this.draw());
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      document.getElementById("stage")?.focus({ preventScroll: true });
    });
    const name = html("span", { class: "tag-name" }, tag.name, this.#cap(tag));
    const row = html("div", { class: "tag-typed" }, html("label", {}, name, input), problem);
    const show = (/** @type {TagValue|null} */ found) => {
      if (document.activeElement === input) return;
      input.value = found === null ? "" : String(found.value);
      input.setAttribute("aria-invalid", "false");
      problem.hidden = true;
    };
    return { row, show };
  }

  /** @param {TagDefinition} tag @returns {Field} a press again takes the choice back */
  #buttons(tag) {
    const buttons = tag.choices.map((choice) => {
      const press = () => {
        const now = tagOf(this.#values(), tag.id);
        this.#set(tag, now?.value === choice ? undefined : choice);
      };
      return html("button", { type: "button", class: "choice", on: { click: press } }, choice);
    });
    const id = `tag-${this.target}-${tag.id}`;
    const name = html("span", { class: "tag-name", id }, tag.name, this.#cap(tag));
    const look = { class: "choices", role: "group", "aria-labelledby": id };
    const group = html("div", look, ...buttons);
    const show = (/** @type {TagValue|null} */ found) =>
      buttons.forEach((button, index) => {
        button.setAttribute("aria-pressed", String(found?.value === tag.choices[index]));
      });
    return { row: html("div", { class: "tag-choices" }, name, group), show };
  }

  /** @param {TagDefinition} tag @returns {Field} */
  #menu(tag) {
    const none = html("option", { value: "" }, "–");
    const options = tag.choices.map((choice) => html("option", { value: choice }, choice));
    const select = html("select", {}, none, ...options);
    select.addEventListener("change", () => {
      this.#set(tag, select.value === "" ? undefined : select.value);
      this.draw();
    });
    const name = html("span", { class: "tag-name" }, tag.name, this.#cap(tag));
    const row = html("div", { class: "tag-typed" }, html("label", {}, name, select));
    return { row, show: (found) => (select.value = found === null ? "" : String(found.value)) };
  }
}
