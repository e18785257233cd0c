/**
 * The picture and everything drawn on it: one SVG whose world group carries the viewport.
 */

import { pathOf, drawObject, fixedAt, MaskPictures } from "./shapes.js";
import { svg } from "./elements.js";
import { distance } from "./geometry.js";
import { handlesOf } from "./objects.js";
import { say } from "./strings.js";

/** @typedef {import("./types.js").LabelObject} LabelObject */
/** @typedef {import("./types.js").Point} Point */
/** @typedef {import("./objects.js").Handle} Handle */

const PIXELATED_FROM = 3; // scale from which single image pixels are worth seeing
const ROOM_FOR_MIDDLES = 36; // screen pixels between two vertices
const NAMED_AT_ONCE = 250; // objects; beyond that names cover the picture and slow the zoom

/** Tells "seen" when a picture and its labels are both there. */
export class Stage extends EventTarget {
  /**
   * @param {HTMLElement} host @param {import("./editor.js").Editor} editor
   */
  constructor(host, editor) {
    super();
    this.host = host;
    this.editor = editor;
    this.pictures = new MaskPictures();
    /** @type {Map<string, {node: SVGGElement, object: LabelObject, look: string}>} */
    this.drawn = new Map();
    /** @type {string|null} */
    this.hoveredId = null;
    this.placing = false;
    this.picture = svg("image", { class: "picture", x: 0, y: 0, preserveAspectRatio: "none" });
    this.objects = svg("g", { class: "objects" });
    this.pins = svg("g", { class: "pins" });
    this.sketch = svg("g", { class: "sketch" });
    this.handles = svg("g", { class: "handles" });
    this.cross = svg("g", { class: "cross" });
    const layers = [this.picture, this.objects, this.pins, this.sketch, this.handles, this.cross];
    this.world = svg("g", { class: "world" }, ...layers);
    this.root = svg("svg", { class: "canvas", "aria-hidden": "true" }, this.world);
    host.prepend(this.root);
    this.#listen();
  }

  #listen() {
    const { editor } = this;
    editor.viewport.onChange = () => this.#placeSoon();
    new ResizeObserver(() => {
      editor.viewport.resize(this.host.clientWidth, this.host.clientHeight);
    }).observe(this.host);
    for (const type of ["document", "selection", "look"]) {
      editor.addEventListener(type, () => this.draw());
    }
    editor.addEventListener("item", () => this.#showItem());
    this.picture.addEventListener("load", () => this.#arrived());
    this.picture.addEventListener("error", () => {
      this.#arrived();
      editor.say(say("image_failed", { name: editor.item?.name ?? "" }), "error");
    });
  }

  #showItem() {
    const { item, viewport } = this.editor;
    this.sketch.replaceChildren();
    this.cross.replaceChildren();
    if (!item) {
      this.pictures.release();
      return;
    }
    if (item.away) {
      this.host.removeAttribute("data-waiting");
      this.picture.removeAttribute("href");
      this.dispatchEvent(new Event("seen")); // all that there is to see
      return;
    }
    if (this.picture.getAttribute("href") === item.image) {
      if (!this.host.hasAttribute("data-waiting")) this.dispatchEvent(new Event("seen"));
      return;
    }
    this.picture.setAttribute("width", String(item.width));
    this.picture.setAttribute("height", String(item.height));
    this.host.setAttribute("data-waiting", "");
    this.picture.setAttribute("href", item.image);
    viewport.show(item.width, item.height);
  }

  #arrived() {
    this.host.removeAttribute("data-waiting");
    if (this.editor.item) this.dispatchEvent(new Event("seen"));
  }

  /** Once a frame is enough, however fast the wheel turns. */
  #placeSoon() {
    if (this.placing) return;
    this.placing = true;
    requestAnimationFrame(() => {
      this.placing = false;
      this.place();
    });
  }

  /** Puts the world where the viewport says. */
  place() {
    const { scale, x, y } = this.editor.viewport;
    this.world.setAttribute("transform", `matrix(${scale} 0 0 ${scale} ${x} ${y})`);
    this.root.style.setProperty("--unit", String(1 / scale));
    this.root.classList.toggle("pixelated", scale >= PIXELATED_FROM);
    this.drawHandles();
  }

  /** @param {{clientX: number, clientY: number}} event @returns {Point} from the stage's corner */
  screenPoint({ clientX, clientY }) {
    const { left, top } = this.root.getBoundingClientRect();
    return [clientX - left, clientY - top];
  }

  /** @param {LabelObject} object @returns {string} class, kind of track, and values of tags */
  nameOf(object) {
    const { rules } = this.editor;
    const values = (object.tags ?? []).map(({ tag, value }) =>
      value === null || value === undefined ? rules.tagById.get(tag)?.name : String(value),
    );
    const kind = object.shape === "track" ? [say("shape_track")] : [];
    return [rules.classOf(object.class).name, ...kind, ...values].filter(Boolean).join(" · ");
  }

  draw() {
    const { editor } = this;
    this.root.style.setProperty("--fill", String(editor.opacity));
    const seen = new Set();
    let before = null;
    for (const object of editor.shown.objects) {
      if (editor.isHidden(object)) continue;
      seen.add(object.id);
      const node = this.#nodeOf(object);
      const next = before ? before.nextSibling : this.objects.firstChild;
      if (next !== node) this.objects.insertBefore(node, next);
      before = node;
    }
    for (const [id, { node }] of this.drawn) {
      if (seen.has(id)) continue;
      node.remove();
      this.drawn.delete(id);
    }
    this.drawHandles();
  }

  /** @param {LabelObject} object @returns {SVGGElement} the same as before if nothing changed */
  #nodeOf(object) {
    const { editor } = this;
    const selected = object.id === editor.selectedId;
    const hovered = object.id === this.hoveredId;
    const few = editor.shown.objects.length <= NAMED_AT_ONCE;
    const states = [
      selected && "selected",
      hovered && "hovered",
      !editor.rules.mayTouch(object) && "locked",
    ];
    const look = {
      color: editor.rules.classOf(object.class).color,
      name: (editor.namesShown && few) || selected || hovered ? this.nameOf(object) : "",
      state: states.filter(Boolean).join(" "),
    };
    const signature = JSON.stringify(look);
    const old = this.drawn.get(object.id);
    if (old && old.object === object && old.look === signature) return old.node;
    const node = drawObject(object, look, this.pictures);
    old?.node.replaceWith(node);
    this.drawn.set(object.id, { node, object, look: signature });
    return node;
  }

  /** @param {string|null} id of the object under the pointer */
  hover(id) {
    if (id === this.hoveredId) return;
    this.hoveredId = id;
    this.draw();
  }

  /** @returns {Handle[]} those of the selected object that there is room for */
  usableHandles() {
    const { editor } = this;
    const object = editor.selected;
    if (!object || editor.readOnly || editor.isHidden(object)) return [];
    if (!editor.rules.mayReshape(object)) return [];
    const all = handlesOf(object);
    const firm = all.filter(({ kind }) => kind === "vertex" || kind === "corner");
    const roomy = all.filter(({ kind, ring, index, point }) => {
      if (kind === "vertex" || kind === "corner") return false;
      const end = firm.find((one) => one.ring === ring && one.index === index);
      return end && distance(end.point, point) * 2 * editor.viewport.scale >= ROOM_FOR_MIDDLES;
    });
    return [...firm, ...roomy];
  }

  drawHandles() {
    const { vertex, toolName } = this.editor;
    const shown = toolName === "hand" ? [] : this.usableHandles();
    const nodes = shown.map(({ kind, ring, index, point }) => {
      const soft = kind === "middle" || kind === "side";
      const held = !soft && vertex?.ring === ring && vertex.index === index;
      const side = soft ? 6 : 9;
      const box = { x: -side / 2, y: -side / 2, width: side, height: side };
      const round = kind === "middle" ? { rx: side } : {};
      const name = `handle ${kind}${held ? " held" : ""}`;
      return fixedAt(point, svg("rect", { class: name, ...box, ...round }));
    });
    this.handles.replaceChildren(...nodes);
  }

  /**
   * @param {Point[]} points what is being drawn; empty clears it
   * @param {{closed: boolean, knots?: boolean, color?: string}} [look]
   */
  sketchLine(points, look = { closed: false }) {
    this.sketch.replaceChildren();
    if (points.length === 0) return;
    const stroke = look.color ?? "#ffffff";
    const d = pathOf([points], look.closed);
    this.sketch.append(
      svg("path", { class: "casing", d, fill: "none" }),
      svg("path", { class: "outline", d, stroke, fill: look.closed ? stroke : "none" }),
    );
    if (!look.knots) return;
    const knots = points.map((point, index) => {
      const first = index === 0;
      const look = { class: first ? "knot first" : "knot", r: first ? 6 : 4 };
      return fixedAt(point, svg("circle", look));
    });
    this.sketch.append(...knots);
  }

  /** @param {Point|null} point of the cross that keys move; null takes it away */
  showCross(point) {
    if (!point) {
      this.cross.replaceChildren();
      return;
    }
    const d = "M-18 0H-4M4 0H18M0 -18V-4M0 4V18";
    const arms = ["casing", "arm"].map((name) => svg("path", { class: name, d }));
    this.cross.replaceChildren(fixedAt(point, ...arms));
  }
}
