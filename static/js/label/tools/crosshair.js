/**
 * Drawing without a pointer: arrow keys move a cross over the picture, Enter is a click there.
 */

import { insideImage } from "../geometry.js";

/** @typedef {import("../types.js").Point} Point */

export class Crosshair {
  /** @param {import("../editor.js").Editor} editor @param {import("../stage.js").Stage} stage
   * @param {import("../pointers.js").Pointers} pointers */
  constructor(editor, stage, pointers) {
    this.editor = editor;
    this.stage = stage;
    this.pointers = pointers;
    /** @type {Point|null} image pixels; null while it is not in use */
    this.point = null;
    for (const type of ["item", "tool"]) editor.addEventListener(type, () => this.hide());
  }

  /** @returns {boolean} whether a tool is in hand that works at a point */
  get usable() {
    const { editor } = this;
    return !!editor.item && ["rectangle", "polygon", "remark"].includes(editor.toolName);
  }

  /** @param {number} dx @param {number} dy image pixels */
  move(dx, dy) {
    const { image, viewport } = this.editor;
    const from = this.point ?? this.#start();
    const [x, y] = this.point ? [from[0] + dx, from[1] + dy] : from;
    this.point = insideImage([x, y], image.width, image.height);
    viewport.reveal(this.point);
    this.stage.showCross(this.point);
    this.pointers.tool.hover(this.#at(this.point));
  }

  /** A click where the cross stands. */
  press() {
    if (!this.point) return;
    const at = this.#at(this.point);
    this.pointers.tool.down(at);
    this.pointers.tool.up(at);
  }

  /** @returns {boolean} whether it was there */
  hide() {
    const was = this.point !== null;
    this.point = null;
    this.stage.showCross(null);
    return was;
  }

  /** @returns {Point} the middle of what is seen, on a whole pixel */
  #start() {
    const { viewport } = this.editor;
    const [x, y] = viewport.toImage([viewport.width / 2, viewport.height / 2]);
    return [Math.round(x), Math.round(y)];
  }

  /** @param {Point} point @returns {import("../pointers.js").At} */
  #at(point) {
    const screen = this.editor.viewport.toScreen(point);
    const common = { alt: false, reach: 4, tolerance: 0, time: performance.now() };
    return { ...common, image: point, free: point, screen, byKey: true };
  }
}
