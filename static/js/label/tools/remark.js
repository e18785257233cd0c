/**
 * Pins a comment to a point of the picture.
 */

/** @typedef {import("../pointers.js").At} At */

export class RemarkTool {
  /** @param {(point: import("../types.js").Point) => void} onPlace */
  constructor(onPlace) {
    this.onPlace = onPlace;
    this.busy = false;
  }

  cursorAt() {
    return "crosshair";
  }

  down() {
    return true;
  }

  move() {}

  hover() {}

  /** @param {At} at */
  up(at) {
    this.onPlace(at.image);
  }

  cancel() {}
}
