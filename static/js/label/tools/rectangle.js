/**
 * Draws a rectangle: by dragging, or by a click on each of two opposite corners.
 */

import { addDrawn } from "../editing.js";
import { distance, rectangleBetween, rectangleRing } from "../geometry.js";
import { say } from "../strings.js";

/** @typedef {import("../pointers.js").At} At */
/** @typedef {import("../types.js").Point} Point */

const DRAG_FROM = 4; // screen pixels

export class RectangleTool {
  /** @param {import("../editor.js").Editor} editor @param {import("../stage.js").Stage} stage */
  constructor(editor, stage) {
    this.editor = editor;
    this.stage = stage;
    /** @type {Point|null} the first corner */
    this.anchor = null;
    /** @type {At|null} where the pointer went down */
    this.pressed = null;
    this.dragging = false;
  }

  get busy() {
    return this.anchor !== null;
  }

  cursorAt() {
    return "crosshair";
  }

  /** @param {At} at */
  down(at) {
    this.pressed = at;
    this.dragging = false;
    this.waiting = this.anchor !== null;
    if (!this.waiting) this.anchor = at.image;
    return true;
  }

  /** @param {At} at */
  move(at) {
    if (!this.pressed) return;
    if (!this.dragging && distance(at.screen, this.pressed.screen) >= DRAG_FROM) {
      this.dragging = true;
      // A drag is a rectangle of its own, whatever a stray click had begun.
      this.anchor = this.pressed.image;
    }
    this.hover(at);
  }

  /** @param {At} at */
  up(at) {
    const finished = this.dragging || this.waiting;
    this.pressed = null;
    this.dragging = false;
    if (finished) this.#finish(at.image);
    else this.editor.say(say("second_corner"));
  }

  /** @param {At} at */
  hover(at) {
    if (!this.anchor) return;
    const corners = rectangleBetween(this.anchor, at.image);
    const { rules, classId } = this.editor;
    const color = classId === null ? undefined : rules.classOf(classId).color;
    this.stage.sketchLine(rectangleRing(corners), { closed: true, color });
  }

  cancel() {
    this.anchor = null;
    this.pressed = null;
    this.dragging = false;
    this.stage.sketchLine([]);
  }

  /** @param {Point} corner */
  #finish(corner) {
    if (!this.anchor) return;
    const corners = rectangleBetween(this.anchor, corner);
    if (corners[0][0] === corners[1][0] || corners[0][1] === corners[1][1]) {
      this.editor.say(say("no_area"), "warning");
      return;
    }
    this.cancel();
    addDrawn(this.editor, "rectangle", corners);
  }
}
