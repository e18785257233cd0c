/**
 * From pointers to tools: mouse, pen and one finger work the tool in hand; two fingers pinch and
 * pan; the middle button, the space bar and the hand pan; the wheel zooms at the pointer.
 */

import { distance, insideImage } from "./geometry.js";

/** @typedef {import("./types.js").Point} Point */

/**
 * One position of a pointer, in every measure that a tool may want.
 * @typedef {object} At
 * @property {Point} image inside the image and rounded: what a tool stores
 * @property {Point} free image pixels too, but as it is, also outside the image
 * @property {Point} screen CSS pixels from the stage's corner
 * @property {number} reach CSS pixels within which a handle is met
 * @property {number} tolerance image pixels around an outline that count as on it
 * @property {boolean} alt
 * @property {boolean} byKey
 * @property {number} time milliseconds
 */

/**
 * @typedef {object} Tool
 * @property {boolean} busy whether something is half drawn or half dragged
 * @property {(at: At) => boolean} down false leaves the press to panning
 * @property {(at: At) => void} move @property {(at: At) => void} up
 * @property {(at: At) => void} hover @property {(at: At) => string} cursorAt
 * @property {(at: At) => void} [click] a press that was left to panning and did not pan
 * @property {() => boolean} [back] @property {() => void} [finish]
 * @property {() => void} cancel @property {() => void} [leave] like cancel, keeping what it can
 */

const PAN_FROM = 4; // screen pixels
const WHEEL_STEP = 0.0016; // natural logarithm of the zoom for each pixel of the wheel
const LINE = 16; // pixels of a wheel that counts in lines

export class Pointers {
  /**
   * @param {HTMLElement} surface
   * @param {import("./editor.js").Editor} editor @param {import("./stage.js").Stage} stage
   * @param {Partial<Record<import("./editor.js").ToolName, Tool>>} tools
   */
  constructor(surface, editor, stage, tools) {
    this.surface = surface;
    this.editor = editor;
    this.stage = stage;
    this.tools = tools;
    /** @type {Map<number, Point>} where each pressed pointer is */
    this.pressed = new Map();
    /** @type {"tool"|"pan"|"pinch"|null} */
    this.doing = null;
    this.panned = 0;
    this.spaceHeld = false;
    editor.addEventListener("tool", () => this.#changeTool());
    this.lastTool = this.tool;
    this.#listen();
  }

  /** @returns {Tool} the hand has none of its own: it borrows the one that selects */
  get tool() {
    return this.tools[this.editor.toolName] ?? /** @type {Tool} */ (this.tools.select);
  }

  /** Ends what is half done before the item or the tool goes: finished if it can be. */
  settle() {
    if (this.lastTool.leave) this.lastTool.leave();
    else this.lastTool.cancel();
    this.doing = null;
    this.pressed.clear();
  }

  #changeTool() {
    this.settle();
    this.lastTool = this.tool;
    this.surface.dataset.cursor = this.editor.toolName === "hand" ? "grab" : "";
    this.stage.drawHandles();
  }

  #listen() {
    const { surface } = this;
    surface.addEventListener("pointerdown", (event) => this.#down(event));
    surface.addEventListener("pointermove", (event) => this.#move(event));
    surface.addEventListener("pointerup", (event) => this.#up(event));
    surface.addEventListener("pointercancel", (event) => this.#lost(event));
    surface.addEventListener("pointerleave", () => this.stage.hover(null));
    surface.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    // The middle button would otherwise start the browser's own scrolling.
    surface.addEventListener("mousedown", (event) => event.button === 1 && event.preventDefault());
    window.addEventListener("blur", () => this.holdSpace(false));
  }

  /** @param {boolean} held */
  holdSpace(held) {
    this.spaceHeld = held;
    if (this.doing === null) this.surface.dataset.cursor = held ? "grab" : "";
  }

  /** @param {PointerEvent} event @returns {At} */
  #at(event) {
    const { viewport, image } = this.editor;
    const screen = this.stage.screenPoint(event);
    const free = viewport.toImage(screen);
    const coarse = event.pointerType === "touch";
    return {
      screen,
      free,
      image: insideImage(free, image.width, image.height),
      reach: coarse ? 20 : 9,
      tolerance: (coarse ? 12 : 5) / viewport.scale,
      alt: event.altKey,
      byKey: false,
      time: event.timeStamp,
    };
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (!this.editor.item || event.button === 2) return;
    if (/** @type {Element} */ (event.target).closest("button, a, input")) return;
    this.surface.focus({ preventScroll: true });
    this.surface.setPointerCapture(event.pointerId);
    const at = this.#at(event);
    this.pressed.set(event.pointerId, at.screen);
    if (this.pressed.size === 2) {
      this.#startPinch();
      return;
    }
    if (this.pressed.size > 2 || this.doing) return;
    this.panned = 0;
    const pans = event.button === 1 || this.spaceHeld || this.editor.toolName === "hand";
    this.byButton = pans;
    this.doing = pans || !this.tool.down(at) ? "pan" : "tool";
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (!this.editor.item) return;
    const at = this.#at(event);
    const before = this.pressed.get(event.pointerId);
    if (!before) {
      this.#hover(at);
      return;
    }
    if (this.doing === "tool") this.tool.move(at);
    else if (this.doing === "pan") this.#pan(before, at.screen);
    else if (this.doing === "pinch") this.#pinch(event.pointerId, at.screen);
    this.pressed.set(event.pointerId, at.screen);
  }

  /** @param {At} at */
  #hover(at) {
    this.tool.hover(at);
    if (this.spaceHeld || this.editor.toolName === "hand") this.surface.dataset.cursor = "grab";
    else this.surface.dataset.cursor = this.tool.cursorAt(at);
  }

  /** @param {Point} from @param {Point} to */
  #pan(from, to) {
    this.panned += distance(from, to);
    if (this.panned < PAN_FROM && !this.byButton) return;
    this.surface.dataset.cursor = "grabbing";
    this.editor.viewport.pan(to[0] - from[0], to[1] - from[1]);
  }

  /** @param {PointerEvent} event */
  #up(event) {
    if (!this.pressed.delete(event.pointerId)) return;
    const { doing } = this;
    // After a pinch the finger that stays down does nothing: it is on its way up as well.
    if (doing === "pinch" && this.pressed.size > 0) return;
    this.doing = null;
    const at = this.#at(event);
    if (doing === "tool") this.tool.up(at);
    if (doing === "pan" && !this.byButton && this.panned < PAN_FROM) this.tool.click?.(at);
    if (event.pointerType !== "touch") this.#hover(at);
  }

  /** @param {PointerEvent} event */
  #lost(event) {
    if (!this.pressed.delete(event.pointerId)) return;
    if (this.doing === "tool") this.tool.cancel();
    if (this.pressed.size === 0) this.doing = null;
  }

  #startPinch() {
    // A polygon keeps its points when a second finger comes to zoom; a drag goes back.
    if (this.doing === "tool" && !this.tool.back) this.tool.cancel();
    this.doing = "pinch";
  }

  /** @param {number} id @param {Point} to */
  #pinch(id, to) {
    const other = [...this.pressed].find(([key]) => key !== id)?.[1];
    const from = this.pressed.get(id);
    if (!other || !from) return;
    const factor = Math.max(1, distance(to, other)) / Math.max(1, distance(from, other));
    const held = [(from[0] + other[0]) / 2, (from[1] + other[1]) / 2];
    this.editor.viewport.zoom(factor, /** @type {Point} */ (held));
    this.editor.viewport.pan((to[0] - from[0]) / 2, (to[1] - from[1]) / 2);
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    if (!this.editor.item) return;
    event.preventDefault();
    const unit = [1, LINE, this.surface.clientHeight][event.deltaMode] ?? 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    if (event.shiftKey) {
      this.editor.viewport.pan(-(dx || dy), 0);
      return;
    }
    // A pinch on a touch pad arrives as a wheel with the control key and small steps.
    const step = event.ctrlKey ? WHEEL_STEP * 6 : WHEEL_STEP;
    this.editor.viewport.zoom(Math.exp(-dy * step), this.stage.screenPoint(event));
  }
}
