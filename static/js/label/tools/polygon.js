/**
 * Draws a polygon click by click. Enter, a double click or a click on the first point closes it,
 * Backspace takes the last point away.
 */

import { addDrawn } from "../editing.js";
import { distance } from "../geometry.js";
import { say } from "../strings.js";

/** @typedef {import("../pointers.js").At} At */
/** @typedef {import("../types.js").Point} Point */

const DOUBLE_CLICK = 350; // milliseconds
const SAME_PLACE = 5; // screen pixels

export class PolygonTool {
  /** @param {import("../editor.js").Editor} editor @param {import("../stage.js").Stage} stage */
  constructor(editor, stage) {
    this.editor = editor;
    this.stage = stage;
    /** @type {Point[]} */
    this.points = [];
    this.lastClick = -Infinity;
    /** @type {number|null} the class in hand at the first point */
    this.classId = null;
  }

  get busy() {
    return this.points.length > 0;
  }

  cursorAt() {
    return "crosshair";
  }

  /** @param {At} at @returns {boolean} */
  down(at) {
    this.#draw(at.image);
    return true;
  }

  /** @param {At} at */
  move(at) {
    this.#draw(at.image);
  }

  /** @param {At} at */
  up(at) {
    const { viewport } = this.editor;
    const near = (/** @type {Point} */ point, /** @type {number} */ reach) =>
      distance(viewport.toScreen(point), at.screen) <= reach;
    const [first] = this.points;
    const last = this.points.at(-1);
    const again = last !== undefined && near(last, SAME_PLACE);
    const quick = at.time - this.lastClick < DOUBLE_CLICK;
    this.lastClick = at.time;
    if (again && (quick || at.byKey)) this.finish();
    else if (this.points.length >= 3 && near(first, at.reach)) this.finish();
    else if (!again) this.#add(at.image);
    this.#draw(at.image);
  }

  /** @param {Point} point */
  #add(point) {
    if (!this.busy) this.classId = this.editor.classId;
    this.points.push(point);
  }

  /** @param {At} at */
  hover(at) {
    if (this.busy) this.#draw(at.image);
  }

  /** @returns {boolean} whether there was a point to take away */
  back() {
    const gone = this.points.pop() !== undefined;
    this.#draw(this.points.at(-1) ?? null);
    return gone;
  }

  finish() {
    if (this.points.length < 3) {
      if (this.busy) this.editor.say(say("three_points"), "warning");
      return;
    }
    const { points } = this;
    if (flat(points)) {
      this.editor.say(say("no_area"), "warning");
      return;
    }
    this.points = [];
    this.stage.sketchLine([]);
    if (!addDrawn(this.editor, "polygon", points, this.classId)) {
      // Refused by a limit: the points stay, so that nothing drawn is lost by asking.
      this.points = points;
      this.#draw(null);
    }
  }

  cancel() {
    this.points = [];
    this.stage.sketchLine([]);
  }

  /** Finishes what can be finished: switching tools must not cost twenty clicks. */
  leave() {
    if (this.points.length >= 3) this.finish();
    this.cancel();
  }

  /** @param {Point|null} pointer the end of the line that is being drawn */
  #draw(pointer) {
    const { rules, classId } = this.editor;
    const line = pointer && this.busy ? [...this.points, pointer] : this.points;
    const color = classId === null ? undefined : rules.classOf(classId).color;
    this.stage.sketchLine(line, { closed: false, knots: true, color });
  }
}

/** @param {Point[]} points @returns {boolean} whether all lie on one line */
function flat([[x0, y0], ...rest]) {
  const [fx, fy] = rest.reduce((far, point) =>
    distance(point, [x0, y0]) > distance(far, [x0, y0]) ? point : far,
  );
  return rest.every(([x, y]) => Math.abs((fx - x0) * (y - y0) - (x - x0) * (fy - y0)) < 1e-6);
}
