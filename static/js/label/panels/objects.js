/**
 * The list of objects: what is on the picture, for those who read better than they aim.
 */

import { deleteSelected } from "../editing.js";
import { button, html, icon, swatch } from "../elements.js";
import { seenOf } from "../objects.js";
import { say } from "../strings.js";

/** @typedef {import("../types.js").LabelObject} LabelObject */

export class ObjectPanel {
  /**
   * @param {HTMLElement} host @param {HTMLElement} title
   * @param {import("../editor.js").Editor} editor
   * @param {(object: LabelObject) => string} describe class and tags in words
   */
  constructor(host, title, editor, describe) {
    this.editor = editor;
    this.title = title;
    this.describe = describe;
    this.list = html("ol", { class: "objects-list" });
    this.empty = html("p", { class: "hint" }, say("no_objects"));
    host.append(this.list, this.empty);
    /** @type {Map<string, {row: HTMLElement, object: LabelObject, look: string}>} */
    this.rows = new Map();
    this.waiting = false;
    for (const type of ["document", "selection", "look", "item"]) {
      editor.addEventListener(type, () => this.#soon());
    }
  }

  /** Once a frame is enough, and nothing while a drag goes on. */
  #soon() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      if (!this.editor.previewed) this.draw();
    });
  }

  draw() {
    const { objects } = this.editor.document;
    const limit = this.editor.rules.job.objects_limit;
    const count = limit === null ? String(objects.length) : `${objects.length} / ${limit}`;
    this.title.textContent = say("objects_title", { count });
    this.empty.hidden = objects.length > 0;
    const ids = new Set(objects.map(({ id }) => id));
    for (const [id, { row }] of this.rows) {
      if (ids.has(id)) continue;
      row.remove();
      this.rows.delete(id);
    }
    let before = null;
    for (const object of objects) {
      const row = this.#row(object);
      const next = before ? before.nextSibling : this.list.firstChild;
      if (next !== row) this.list.insertBefore(row, next);
      before = row;
    }
    const selected = this.editor.selectedId && this.rows.get(this.editor.selectedId);
    if (selected) this.#reveal(selected.row);
  }

  /** Scrolls the list alone: a panel that jumped would take the field that is being typed in away.
   * @param {HTMLElement} row */
  #reveal(row) {
    const { list } = this;
    const top = row.offsetTop - list.offsetTop;
    const bottom = top + row.offsetHeight;
    list.scrollTop = Math.min(list.scrollTop, top);
    list.scrollTop = Math.max(list.scrollTop, bottom - list.clientHeight);
  }

  /** @param {LabelObject} object @returns {HTMLElement} the old row if nothing changed */
  #row(object) {
    const { editor } = this;
    const selected = object.id === editor.selectedId;
    const hidden = editor.hidden.has(object.id);
    const look = `${selected} ${hidden} ${editor.readOnly}`;
    const old = this.rows.get(object.id);
    if (old && old.object === object && old.look === look) return old.row;
    const row = this.#fresh(object, selected, hidden);
    if (old) {
      const focused = [...old.row.querySelectorAll("button")].indexOf(
        /** @type {any} */ (document.activeElement),
      );
      old.row.replaceWith(row);
      if (focused >= 0) row.querySelectorAll("button")[focused]?.focus({ preventScroll: true });
    }
    this.rows.set(object.id, { row, object, look });
    return row;
  }

  /** @param {LabelObject} object @param {boolean} selected @param {boolean} hidden */
  #fresh(object, selected, hidden) {
    const { editor } = this;
    const locked = !editor.rules.mayTouch(object);
    const words = this.describe(object);
    const main = html(
      "button",
      {
        type: "button",
        class: "object-main",
        "aria-pressed": selected,
        title: locked ? say("object_locked") : say(`shape_${object.shape}`),
        on: { click: () => editor.select(selected ? null : object.id) },
      },
      swatch(editor.rules.classOf(object.class).color),
      icon(object.shape === "track" ? "track" : /** @type {any} */ (seenOf(object).shape)),
      html("span", { class: "object-name" }, words),
      locked && icon("lock"),
    );
    const hide = button(
      {
        label: say(hidden ? "show_object" : "hide_object", { name: words }),
        icon: hidden ? "hidden" : "shown",
        attributes: { "aria-pressed": hidden },
      },
      () => editor.toggleHidden(object.id),
    );
    const row = html("li", { class: `object-row${selected ? " selected" : ""}` }, main, hide);
    if (!editor.readOnly && !locked) {
      const label = say("delete_object", { name: words });
      row.append(button({ label, icon: "delete" }, () => this.#delete(object)));
    }
    return row;
  }

  /** @param {LabelObject} object the focus goes to its neighbour, not to nowhere */
  #delete(object) {
    const { editor } = this;
    const at = editor.document.objects.findIndex(({ id }) => id === object.id);
    editor.select(object.id);
    editor.holdVertex(null);
    deleteSelected(editor);
    this.draw();
    const { objects } = editor.document;
    const neighbour = objects[Math.min(at, objects.length - 1)];
    const row = neighbour && this.rows.get(neighbour.id)?.row;
    const next = row?.querySelector("button") ?? document.getElementById("stage");
    /** @type {HTMLElement|null} */ (next)?.focus();
  }
}
