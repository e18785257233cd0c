/**
 * The item on the table: its labels, what is selected, which tool and class are in hand.
 *
 * Everything that draws listens to the editor's events; nothing else holds this state.
 * Events: "document" (labels or their preview), "selection", "tool", "class", "look" (what is
 * shown and hidden), "item", and "say" with a `detail` of `{message, level}`.
 */

import { EMPTY, History, objectOf } from "./document.js";
import { DRAWN } from "./rules.js";

/** @typedef {import("./types.js").LabelDocument} LabelDocument */
/** @typedef {import("./types.js").LabelObject} LabelObject */
/** @typedef {import("./types.js").JobItem} JobItem */
/** @typedef {"select"|"rectangle"|"polygon"|"hand"|"remark"} ToolName */

export class Editor extends EventTarget {
  /**
   * @param {import("./rules.js").Rules} rules
   * @param {import("./viewport.js").Viewport} viewport
   */
  constructor(rules, viewport) {
    super();
    this.rules = rules;
    this.viewport = viewport;
    /** @type {JobItem|null} */
    this.item = null;
    this.history = new History(EMPTY);
    /** @type {LabelDocument|null} what a drag shows before it is done */
    this.previewed = null;
    this.readOnly = true;
    /** @type {string|null} */
    this.selectedId = null;
    /** @type {{ring: number, index: number}|null} the vertex that keys move */
    this.vertex = null;
    /** @type {Set<string>} */
    this.hidden = new Set();
    this.allHidden = false;
    this.namesShown = true;
    this.opacity = 0.25;
    /** @type {ToolName} */
    this.toolName = "select";
    this.classId = rules.firstClassFor(DRAWN[0])?.id ?? rules.offeredClasses[0]?.id ?? null;
  }

  /** @param {string} type */
  #tell(type) {
    this.dispatchEvent(new Event(type));
  }

  /** @param {string} message @param {"info"|"warning"|"error"} [level] */
  say(message, level = "info") {
    this.dispatchEvent(new CustomEvent("say", { detail: { message, level } }));
  }

  /** @returns {LabelDocument} the labels as they will be saved */
  get document() {
    return this.history.document;
  }

  /** @returns {LabelDocument} the labels as they are on the screen */
  get shown() {
    return this.previewed ?? this.history.document;
  }

  /** @returns {LabelObject|null} as it is on the screen */
  get selected() {
    return this.selectedId === null ? null : objectOf(this.shown, this.selectedId);
  }

  /** @returns {{width: number, height: number}} in pixels */
  get image() {
    return this.item ?? { width: 1, height: 1 };
  }

  /**
   * @param {JobItem} item @param {History} history @param {boolean} readOnly
   */
  open(item, history, readOnly) {
    this.item = item;
    this.history = history;
    this.previewed = null;
    this.readOnly = readOnly;
    this.selectedId = null;
    this.vertex = null;
    this.hidden = new Set();
    for (const type of ["item", "document", "selection", "look"]) this.#tell(type);
  }

  /** The item may not be changed any more; what is on the table stays to be seen. */
  lock() {
    this.readOnly = true;
    this.previewed = null;
    for (const type of ["item", "document", "selection"]) this.#tell(type);
  }

  /** Takes the item off the table while the next one is on its way. */
  close() {
    this.item = null;
    this.history = new History(EMPTY);
    this.readOnly = true;
    this.previewed = null;
    this.selectedId = null;
    for (const type of ["item", "document", "selection"]) this.#tell(type);
  }

  /**
   * @param {LabelDocument} document @param {string|null} [mergeKey] see History.push
   * @returns {boolean} false when a limit refuses it; the person has been told
   */
  apply(document, mergeKey = null) {
    this.previewed = null;
    if (this.readOnly || document === this.document) {
      this.#tell("document");
      return false;
    }
    const refusal = this.rules.refusesChange(this.document, document);
    if (refusal) {
      this.say(refusal, "warning");
      this.#tell("document");
      return false;
    }
    this.history.push(document, mergeKey);
    this.#changed();
    return true;
  }

  /** @param {LabelDocument|null} document shown until the drag is done; null shows what is */
  preview(document) {
    this.previewed = document;
    this.#tell("document");
  }

  /** Takes over labels from elsewhere (a conflict solved, a draft restored) as a step of its own.
   * @param {LabelDocument} document */
  adopt(document) {
    this.previewed = null;
    this.history.push(document);
    this.#changed();
  }

  /** @returns {boolean} whether there was a step to go back */
  undo() {
    return !this.readOnly && this.history.undo() && this.#changed();
  }

  /** @returns {boolean} */
  redo() {
    return !this.readOnly && this.history.redo() && this.#changed();
  }

  #changed() {
    this.previewed = null;
    if (this.selectedId !== null && !this.selected) this.select(null);
    this.vertex = null;
    this.#tell("document");
    return true;
  }

  /** @param {string|null} id */
  select(id) {
    if (this.selectedId === id) return;
    this.selectedId = id;
    this.vertex = null;
    this.#tell("selection");
  }

  /** @param {{ring: number, index: number}|null} vertex */
  holdVertex(vertex) {
    this.vertex = vertex;
    this.#tell("selection");
  }

  /** @param {ToolName} name */
  useTool(name) {
    if (this.toolName === name) return;
    this.toolName = name;
    this.#tell("tool");
  }

  /** @param {number} id */
  useClass(id) {
    this.classId = id;
    this.#tell("class");
  }

  /** @param {string} id */
  toggleHidden(id) {
    if (!this.hidden.delete(id)) this.hidden.add(id);
    this.#tell("look");
  }

  /** @param {Partial<{allHidden: boolean, namesShown: boolean, opacity: number}>} look */
  show(look) {
    Object.assign(this, look);
    this.#tell("look");
  }

  /** @param {LabelObject} object @returns {boolean} */
  isHidden(object) {
    return this.allHidden || this.hidden.has(object.id);
  }
}
