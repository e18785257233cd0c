/**
 * Where the image stands on the screen: `screen = image * scale + offset`.
 *
 * Screen positions are CSS pixels from the stage's top left corner. Nothing is rounded here, so a
 * position on the screen always means the same point of the image, at any zoom.
 */

import { clamp } from "./geometry.js";

/** @typedef {import("./types.js").Point} Point */

const LARGEST_SCALE = 64;
const SMALLEST_SIDE = 32; // screen pixels that the image's longer side never goes under
const MARGIN = 16; // screen pixels left free around a fitted image
const KEPT_IN_SIGHT = 48; // screen pixels of the image that no pan can push out

export class Viewport {
  /** @param {() => void} onChange called after every change */
  constructor(onChange = () => {}) {
    this.onChange = onChange;
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    this.width = 1;
    this.height = 1;
    this.imageWidth = 1;
    this.imageHeight = 1;
    this.fitted = true;
  }

  /** @param {Point} screen @returns {Point} */
  toImage([x, y]) {
    return [(x - this.x) / this.scale, (y - this.y) / this.scale];
  }

  /** @param {Point} image @returns {Point} */
  toScreen([x, y]) {
    return [x * this.scale + this.x, y * this.scale + this.y];
  }

  /** @param {number} width @param {number} height of the image; shows it whole */
  show(width, height) {
    this.imageWidth = Math.max(1, width);
    this.imageHeight = Math.max(1, height);
    this.fit();
  }

  /** @param {number} width @param {number} height of the stage; the middle stays in the middle */
  resize(width, height) {
    const middle = this.toImage([this.width / 2, this.height / 2]);
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    if (this.fitted) this.fit();
    else this.center(middle);
  }

  fit() {
    const across = (this.width - 2 * MARGIN) / this.imageWidth;
    const down = (this.height - 2 * MARGIN) / this.imageHeight;
    this.scale = this.#allowed(Math.max(0.001, Math.min(across, down)));
    this.center([this.imageWidth / 2, this.imageHeight / 2]);
    this.fitted = true;
  }

  /** One image pixel is one screen pixel. */
  actualSize() {
    const middle = this.toImage([this.width / 2, this.height / 2]);
    this.scale = 1;
    this.center(middle);
  }

  /** @param {Point} image the point to bring to the middle of the stage */
  center([x, y]) {
    this.x = this.width / 2 - x * this.scale;
    this.y = this.height / 2 - y * this.scale;
    this.#moved();
  }

  /** @param {number} factor @param {Point} screen the point that stays where it is */
  zoom(factor, screen = [this.width / 2, this.height / 2]) {
    const held = this.toImage(screen);
    this.scale = this.#allowed(this.scale * factor);
    this.x = screen[0] - held[0] * this.scale;
    this.y = screen[1] - held[1] * this.scale;
    this.#moved();
  }

  /** @param {number} dx @param {number} dy screen pixels */
  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.#moved();
  }

  /** @param {Point} image moves just as far as it takes to see the point */
  reveal(image) {
    const [x, y] = this.toScreen(image);
    const dx = clamp(x, MARGIN, Math.max(MARGIN, this.width - MARGIN)) - x;
    const dy = clamp(y, MARGIN, Math.max(MARGIN, this.height - MARGIN)) - y;
    if (dx !== 0 || dy !== 0) this.pan(dx, dy);
  }

  /** @param {number} scale */
  #allowed(scale) {
    const longer = Math.max(this.imageWidth, this.imageHeight);
    return clamp(scale, Math.min(1, SMALLEST_SIDE / longer), LARGEST_SCALE);
  }

  #moved() {
    this.fitted = false;
    const [wide, high] = [this.imageWidth * this.scale, this.imageHeight * this.scale];
    const across = Math.min(KEPT_IN_SIGHT, wide, this.width);
    const down = Math.min(KEPT_IN_SIGHT, high, this.height);
    this.x = clamp(this.x, across - wide, this.width - across);
    this.y = clamp(this.y, down - high, this.height - down);
    this.onChange();
  }
}
