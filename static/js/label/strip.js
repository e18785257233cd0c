/**
 * The strip of items: thumbnails with their states, the current one in the middle. Only those in
 * sight are in the page, so five thousand items cost no more than twenty.
 */

import { html, icon } from "./elements.js";
import { say } from "./strings.js";

/** @typedef {import("./types.js").JobItem} JobItem */

const CELL = 76; // CSS pixels from one thumbnail to the next; label.css draws them to fit
const BEYOND = 6; // cells kept ready on both sides of what is seen

const SIGNS = { none: null, done: "check", accepted: "accepted", rejected: "cross" };

export class Strip {
  /**
   * @param {HTMLElement} host @param {import("./items.js").Items} items
   * @param {(item: JobItem) => void} onOpen
   */
  constructor(host, items, onOpen) {
    this.host = host;
    this.items = items;
    this.onOpen = onOpen;
    /** @type {Map<number, HTMLElement>} by position in the job */
    this.cells = new Map();
    this.pad = 0;
    this.track = html("div", { class: "strip-track" });
    this.scroller = html("div", { class: "strip-scroller" }, this.track);
    host.append(this.scroller);
    this.scroller.addEventListener("scroll", () => this.draw(), { passive: true });
    this.scroller.addEventListener("keydown", (event) => this.#key(event));
    this.scroller.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    new ResizeObserver(() => this.center()).observe(this.scroller);
    items.addEventListener("current", () => this.center());
    items.addEventListener("changed", (event) => {
      this.#redraw(items.index.get(/** @type {CustomEvent} */ (event).detail.id) ?? -1);
    });
  }

  /** Brings the current item to the middle; room at both ends lets the first and last get there. */
  center() {
    this.pad = Math.max(0, (this.scroller.clientWidth - CELL) / 2);
    const width = this.items.all.length * CELL + 2 * this.pad;
    this.track.style.setProperty("width", `${width}px`);
    this.track.style.setProperty("--pad", `${this.pad}px`);
    this.scroller.scrollLeft = Math.max(0, this.items.at) * CELL;
    for (const [index, cell] of this.cells) this.#mark(cell, index);
    this.draw();
  }

  draw() {
    const { scrollLeft, clientWidth } = this.scroller;
    const from = scrollLeft - this.pad;
    const first = Math.max(0, Math.floor(from / CELL) - BEYOND);
    const beyond = Math.ceil((from + clientWidth) / CELL) + BEYOND;
    const last = Math.min(this.items.all.length - 1, beyond);
    for (const [index, cell] of this.cells) {
      // What has the focus stays, or the focus would be lost.
      if ((index >= first && index <= last) || cell.contains(document.activeElement)) continue;
      cell.remove();
      this.cells.delete(index);
    }
    for (let index = first; index <= last; index += 1) {
      if (!this.cells.has(index)) this.#add(index);
    }
  }

  /** @param {number} index */
  #add(index) {
    const cell = this.#cell(this.items.all[index], index);
    this.cells.set(index, cell);
    // In the order of the items, so that the order of reading is the order of seeing.
    const next = [...this.cells.keys()].filter((other) => other > index).sort((a, b) => a - b)[0];
    this.track.insertBefore(cell, next === undefined ? null : (this.cells.get(next) ?? null));
  }

  /** @param {number} index */
  #redraw(index) {
    const old = this.cells.get(index);
    if (!old) return;
    const focused = old.contains(document.activeElement);
    const cell = this.#cell(this.items.all[index], index);
    old.replaceWith(cell);
    this.cells.set(index, cell);
    if (focused) cell.focus({ preventScroll: true });
  }

  /** @param {JobItem} item @param {number} index @returns {HTMLElement} */
  #cell(item, index) {
    const state = item.skip_reason && item.state === "done" ? "skipped" : item.state;
    const sign = state === "skipped" ? "skip" : SIGNS[item.state];
    const words = say("strip_item", {
      name: item.name,
      number: index + 1,
      total: this.items.all.length,
      state: say(`state_${state}`),
    });
    const cell = html("button", {
      type: "button",
      class: `cell ${state}`,
      title: words,
      "aria-label": words,
      on: { click: () => this.onOpen(item) },
    });
    if (item.thumbnail) {
      const quiet = { alt: "", loading: "lazy", decoding: "async" };
      cell.append(html("img", { src: item.thumbnail, ...quiet }));
    } else cell.append(html("span", { class: "cell-away" }, icon("link")));
    cell.append(html("span", { class: "cell-number" }, String(index + 1)));
    if (sign) cell.append(html("span", { class: "cell-sign" }, icon(sign)));
    cell.style.setProperty("left", `calc(var(--pad) + ${index * CELL}px)`);
    this.#mark(cell, index);
    return cell;
  }

  /** @param {HTMLElement} cell @param {number} index */
  #mark(cell, index) {
    const current = index === this.items.at;
    cell.classList.toggle("current", current);
    cell.tabIndex = current ? 0 : -1;
    if (current) cell.setAttribute("aria-current", "true");
    else cell.removeAttribute("aria-current");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const focused = [...this.cells].find(([, cell]) => cell === document.activeElement)?.[0];
    const last = this.items.all.length - 1;
    const target = Math.min(last, Math.max(0, (focused ?? this.items.at) + step));
    this.scroller.scrollLeft = target * CELL;
    this.draw();
    this.cells.get(target)?.focus({ preventScroll: true });
  }

  /** @param {WheelEvent} event a wheel that turns up and down goes along the strip */
  #wheel(event) {
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
    event.preventDefault();
    this.scroller.scrollLeft += event.deltaY;
  }
}
