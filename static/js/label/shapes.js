/**
 * Objects as SVG, in image coordinates. Lines keep their width at any zoom; names, handles and
 * points keep their size because what is marked `fixed` is scaled back by one CSS property.
 */

import { svg } from "./elements.js";
import { maskOf, objectBounds, ringsOf, seenOf } from "./objects.js";
import { maskImage } from "./rle.js";

/** @typedef {import("./types.js").LabelObject} LabelObject */
/** @typedef {import("./types.js").Point} Point */

/**
 * @typedef {object} Look
 * @property {string} color "#rrggbb"
 * @property {string} name written beside the object; empty for none
 * @property {string} state classes: "selected", "hovered", "locked", "differs"
 */

/** @param {Point[][]} rings @param {boolean} closed @returns {string} path data */
export function pathOf(rings, closed) {
  const parts = rings.map((ring) => `M${ring.map(([x, y]) => `${x} ${y}`).join("L")}`);
  return closed ? parts.map((part) => `${part}Z`).join("") : parts.join("");
}

/** @param {Point} point @param {...Node} children @returns {SVGGElement} sized in screen pixels */
export function fixedAt([x, y], ...children) {
  const inner = svg("g", { class: "fixed" }, ...children);
  return svg("g", { transform: `translate(${x} ${y})` }, inner);
}

/** Pictures of masks, made once for each mask and colour and let go all at once. */
export class MaskPictures {
  constructor() {
    /** @type {Map<object, Map<string, Promise<string>>>} */
    this.made = new Map();
  }

  /** @param {LabelObject} object a bitmap @param {string} color @returns {Promise<string>|null} */
  of(object, color) {
    const mask = maskOf(object);
    if (!mask || mask.area === 0 || !object.rle) return null;
    const byColor = this.made.get(object.rle) ?? new Map();
    this.made.set(object.rle, byColor);
    if (!byColor.has(color)) byColor.set(color, blobUrl(maskImage(mask, channels(color))));
    return byColor.get(color);
  }

  release() {
    for (const byColor of this.made.values()) {
      for (const url of byColor.values()) url.then(URL.revokeObjectURL, () => {});
    }
    this.made.clear();
  }
}

/** @param {string} color "#rrggbb" @returns {[number, number, number]} */
function channels(color) {
  const value = Number.parseInt(color.slice(1), 16) || 0;
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** @param {ImageData} image @returns {Promise<string>} */
function blobUrl(image) {
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(URL.createObjectURL(blob)) : reject(blob)));
  });
}

/**
 * @param {LabelObject} object @param {Look} look @param {MaskPictures} pictures
 * @returns {SVGGElement}
 */
export function drawObject(object, look, pictures) {
  const group = svg("g", { class: `object ${look.state}`, "data-id": object.id });
  const seen = seenOf(object);
  if (seen.shape === "bitmap") group.append(...drawMask(seen, look, pictures));
  else if (seen.shape === "point") group.append(...(seen.points ?? []).map((at) => dot(at, look)));
  else group.append(...drawLines(seen, look));
  const bounds = objectBounds(object);
  if (look.name && bounds) {
    const text = svg("text", { class: "name", x: 2, y: -5 }, look.name);
    group.append(fixedAt([bounds.left, bounds.top], text));
  }
  return group;
}

/** @param {LabelObject} seen @param {Look} look @returns {SVGElement[]} */
function drawLines(seen, { color }) {
  const closed = seen.shape !== "polyline";
  const d = pathOf(ringsOf(seen), closed);
  const fill = closed ? color : "none";
  return [
    svg("path", { class: "casing", d, fill: "none" }),
    svg("path", { class: "outline", d, fill, stroke: color, "fill-rule": "evenodd" }),
  ];
}

/** @param {Point} at @param {Look} look */
function dot(at, { color }) {
  const ring = svg("circle", { class: "dot", r: 5, fill: color });
  return fixedAt(at, ring);
}

/** @param {LabelObject} seen @param {Look} look @param {MaskPictures} pictures */
function drawMask(seen, { color }, pictures) {
  const bounds = objectBounds(seen);
  const picture = pictures.of(seen, color);
  if (!bounds || !picture) return [];
  const [x, y] = [bounds.left, bounds.top];
  const [width, height] = [bounds.right - x, bounds.bottom - y];
  const image = svg("image", { class: "mask", x, y, width, height, preserveAspectRatio: "none" });
  picture.then((url) => image.setAttribute("href", url), () => {});
  const frame = svg("rect", { class: "mask-frame", x, y, width, height, stroke: color });
  return [image, frame];
}
