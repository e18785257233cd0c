/**
 * Select, move and reshape.
 *
 * A drag moves an object only when it was selected before the press: a dense picture is panned by
 * dragging, and nothing may move by accident on the way.
 */

import { withReplaced, objectOf } from "../document.js";
import { deleteVertex, objectsAt } from "../editing.js";
import { distance } from "../geometry.js";
import { moved, withHandleAt, withVertex } from "../objects.js";

/** @typedef {import("../pointers.js").At} At */
/** @typedef {import("../objects.js").Handle} Handle */
/** @typedef {import("../types.js").LabelObject} LabelObject */

const DRAG_FROM = 3; // screen pixels before a press becomes a drag

export class SelectTool {
  /** @param {import("../editor.js").Editor} editor @param {import("../stage.js").Stage} stage */
  constructor(editor, stage) {
    this.editor = editor;
    this.stage = stage;
    /** @type {{start: At, object: LabelObject, handle: Handle|null, going: boolean}|null} */
    this.drag = null;
  }

  get busy() {
    return this.drag?.going ?? false;
  }

  /** @param {At} at @returns {string} the cursor for what lies there */
  cursorAt(at) {
    if (this.#handleAt(at)) return "grab";
    const [first] = this.#under(at);
    if (!first) return "default";
    return first.id === this.editor.selectedId && this.#movable(first) ? "move" : "pointer";
  }

  /** @param {At} at */
  hover(at) {
    this.stage.hover(this.#under(at)[0]?.id ?? null);
  }

  /** @param {At} at @returns {boolean} false lets the press pan the picture */
  down(at) {
    const { editor } = this;
    const handle = this.#handleAt(at);
    const selected = editor.selectedId ? objectOf(editor.document, editor.selectedId) : null;
    if (handle && selected) {
      if (at.alt && handle.kind === "vertex") deleteVertex(editor, handle);
      else this.drag = { start: at, object: selected, handle, going: false };
      return true;
    }
    const onSelected = selected && this.#under(at).some(({ id }) => id === selected.id);
    if (onSelected && this.#movable(selected) && !at.alt) {
      this.drag = { start: at, object: selected, handle: null, going: false };
      return true;
    }
    return false;
  }

  /** @param {At} at */
  move(at) {
    const { drag, editor } = this;
    if (!drag) return;
    if (!drag.going && distance(at.screen, drag.start.screen) < DRAG_FROM) return;
    drag.going = true;
    editor.preview(withReplaced(editor.document, this.#dragged(at)));
  }

  /** @param {At} at */
  up(at) {
    const { drag, editor } = this;
    this.drag = null;
    if (!drag) return;
    if (drag.going) {
      this.#finish(drag, at);
      return;
    }
    if (!drag.handle) this.#selectNext(at);
    else if (drag.handle.kind === "vertex" || drag.handle.kind === "corner") {
      editor.holdVertex({ ring: drag.handle.ring, index: drag.handle.index });
    }
  }

  /** @param {At} at the press that did not pan */
  click(at) {
    if (at.alt) this.#selectNext(at);
    else this.editor.select(this.#under(at)[0]?.id ?? null);
  }

  cancel() {
    if (this.drag?.going) this.editor.preview(null);
    this.drag = null;
  }

  /** @param {{handle: Handle|null}} drag @param {At} at */
  #finish(drag, at) {
    const { editor } = this;
    this.drag = /** @type {any} */ (drag);
    const changed = this.#dragged(at);
    this.drag = null;
    const before = objectOf(editor.document, changed.id);
    if (before === changed) editor.preview(null);
    else editor.apply(withReplaced(editor.document, changed));
    if (!drag.handle || drag.handle.kind === "side") return;
    const inserted = drag.handle.kind === "middle" ? 1 : 0;
    editor.holdVertex({ ring: drag.handle.ring, index: drag.handle.index + inserted });
  }

  /** @param {At} at @returns {LabelObject} the dragged object as it would be here */
  #dragged(at) {
    const { start, object, handle } = /** @type {NonNullable<typeof this.drag>} */ (this.drag);
    if (!handle) {
      const [dx, dy] = [at.free[0] - start.free[0], at.free[1] - start.free[1]];
      return moved(object, dx, dy, this.editor.image);
    }
    if (handle.kind === "middle") {
      return withVertex(object, handle.ring, handle.index, at.image);
    }
    return withHandleAt(object, handle, at.image);
  }

  /** @param {At} at one click deeper into the pile of objects under the pointer */
  #selectNext(at) {
    const pile = this.#under(at);
    if (pile.length === 0) return;
    const now = pile.findIndex(({ id }) => id === this.editor.selectedId);
    this.editor.select(pile[(now + 1) % pile.length].id);
  }

  /** @param {LabelObject} object */
  #movable(object) {
    return !this.editor.readOnly && this.editor.rules.mayReshape(object);
  }

  /** @param {At} at */
  #under(at) {
    return objectsAt(this.editor, at.free, at.tolerance);
  }

  /** @param {At} at @returns {Handle|null} */
  #handleAt(at) {
    let best = null;
    let least = at.reach;
    for (const handle of this.stage.usableHandles()) {
      const away = distance(this.editor.viewport.toScreen(handle.point), at.screen);
      if (away < least) [best, least] = [handle, away];
    }
    return best;
  }
}
