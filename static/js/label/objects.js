/**
 * What each kind of object covers and how its outline may be changed.
 *
 * Objects are never changed in place: every function here gives a new one that keeps the lists it
 * did not have to touch, so that their digits stay exactly as they were stored.
 */

import {
  boundsOf,
  middle,
  nearestEdge,
  rectangleBetween,
  rectangleRing,
  ringArea,
  ringContains,
  shiftInsideImage,
  translated,
} from "./geometry.js";
import { decodeMask } from "./rle.js";

/** @typedef {import("./types.js").Point} Point */
/** @typedef {import("./types.js").Bounds} Bounds */
/** @typedef {import("./types.js").LabelObject} LabelObject */
/** @typedef {import("./rle.js").Mask} Mask */

/**
 * A place to take hold of an object. `ring` 0 is the outline, 1 and up are holes. A corner or
 * vertex sits at `index`; a side or middle lies between `index` and the next one.
 * @typedef {{kind: "corner"|"side"|"vertex"|"middle", ring: number, index: number, point: Point}}
 *   Handle
 */

/** Kinds whose outline this page has tools for; the others are shown but never reshaped. */
const RESHAPED = new Set(["rectangle", "polygon"]);

/** @type {WeakMap<object, Mask|null>} */
const masks = new WeakMap();

/** @param {LabelObject} object @returns {boolean} */
export const canReshape = (object) => RESHAPED.has(object.shape);

/**
 * @param {LabelObject} object
 * @returns {Mask|null} null for other kinds and for a mask that cannot be read
 */
export function maskOf(object) {
  const { rle } = object;
  if (!rle) return null;
  if (!masks.has(rle)) {
    try {
      masks.set(rle, decodeMask(rle));
    } catch {
      masks.set(rle, null);
    }
  }
  return masks.get(rle) ?? null;
}

/**
 * @param {LabelObject} object
 * @returns {LabelObject} itself, or for a track what its first visible keyframe shows
 */
export function seenOf(object) {
  if (object.shape !== "track") return object;
  const frames = object.keyframes ?? [];
  const frame = frames.find(({ outside }) => !outside) ?? frames[0];
  const shape = /** @type {any} */ (frame?.shape ?? "polyline");
  return { ...object, shape, points: frame?.points ?? [] };
}

/** @param {LabelObject} object @returns {Point[][]} outline first, then holes; closed or not */
export function ringsOf(object) {
  const points = object.points ?? [];
  if (points.length === 0) return [];
  if (object.shape === "rectangle") return [rectangleRing(points)];
  return [points, ...(object.holes ?? [])];
}

/** @param {LabelObject} object @returns {Bounds|null} null when there is nothing to see */
export function objectBounds(object) {
  const seen = seenOf(object);
  if (seen.shape === "bitmap") return maskOf(seen)?.bounds ?? null;
  const points = seen.points ?? [];
  return points.length === 0 ? null : boundsOf(points);
}

/** @param {LabelObject} object @returns {number} square pixels; lines and points have none */
export function objectArea(object) {
  const seen = seenOf(object);
  if (seen.shape === "bitmap") return maskOf(seen)?.area ?? 0;
  if (seen.shape === "polyline" || seen.shape === "point") return 0;
  const [outline, ...holes] = ringsOf(seen);
  if (!outline) return 0;
  return ringArea(outline) - holes.reduce((sum, hole) => sum + ringArea(hole), 0);
}

/**
 * @param {LabelObject} object @param {Point} point
 * @param {number} tolerance image pixels around lines and points
 * @returns {boolean} whether the point lies on the object
 */
export function objectHas(object, point, tolerance) {
  const seen = seenOf(object);
  if (seen.shape === "bitmap") return maskOf(seen)?.has(...point) ?? false;
  const rings = ringsOf(seen);
  if (rings.length === 0) return false;
  const closed = seen.shape === "rectangle" || seen.shape === "polygon";
  if (rings.some((ring) => nearestEdge(point, ring, closed).distance <= tolerance)) return true;
  if (rings[0].length === 1) {
    return Math.hypot(rings[0][0][0] - point[0], rings[0][0][1] - point[1]) <= tolerance;
  }
  if (!closed || !ringContains(rings[0], point)) return false;
  return !rings.slice(1).some((hole) => ringContains(hole, point));
}

/** @param {LabelObject} object @returns {Handle[]} vertices and corners before what lies between */
export function handlesOf(object) {
  if (!canReshape(object)) return [];
  const [whole, between] =
    object.shape === "rectangle" ? ["corner", "side"] : ["vertex", "middle"];
  /** @type {Handle[]} */
  const firm = [];
  /** @type {Handle[]} */
  const soft = [];
  ringsOf(object).forEach((points, ring) =>
    points.forEach((point, index) => {
      firm.push({ kind: /** @type {any} */ (whole), ring, index, point });
      const half = middle(point, points[(index + 1) % points.length]);
      soft.push({ kind: /** @type {any} */ (between), ring, index, point: half });
    }),
  );
  return [...firm, ...soft];
}

/**
 * @param {LabelObject} object a rectangle or polygon
 * @param {Handle} handle a corner, side or vertex @param {Point} point where it goes
 * @returns {LabelObject} the same object when the result would have no area
 */
export function withHandleAt(object, handle, point) {
  if (object.shape === "rectangle") return resized(object, handle, point);
  return withRing(object, handle.ring, (ring) => ring.with(handle.index, point));
}

/** @param {LabelObject} object @param {Handle} handle @param {Point} point */
function resized(object, handle, point) {
  const [[left, top], [right, bottom]] = /** @type {Point[]} */ (object.points);
  const corner = handle.kind === "corner";
  const moves = corner
    ? { x: handle.index === 0 || handle.index === 3 ? "left" : "right",
        y: handle.index < 2 ? "top" : "bottom" }
    : { x: [null, "right", null, "left"][handle.index],
        y: ["top", null, "bottom", null][handle.index] };
  const corners = rectangleBetween(
    [moves.x === "left" ? point[0] : left, moves.y === "top" ? point[1] : top],
    [moves.x === "right" ? point[0] : right, moves.y === "bottom" ? point[1] : bottom],
  );
  const [[x1, y1], [x2, y2]] = corners;
  if (x1 === x2 || y1 === y2) return object;
  return { ...object, points: corners.map((point, index) => kept(object.points?.[index], point)) };
}

/** @param {Point|undefined} old @param {Point} point */
const kept = (old, point) =>
  old && old[0] === point[0] && old[1] === point[1] ? old : point;

/**
 * @param {LabelObject} object a polygon
 * @param {number} ring @param {number} index the vertex before the new one @param {Point} point
 * @returns {LabelObject}
 */
export function withVertex(object, ring, index, point) {
  return withRing(object, ring, (points) => points.toSpliced(index + 1, 0, point));
}

/**
 * @param {LabelObject} object a polygon @param {number} ring @param {number} index
 * @returns {LabelObject|null} null when the outline would have fewer than three vertices; a hole
 *   that gets so small goes away
 */
export function withoutVertex(object, ring, index) {
  const points = ringsOf(object)[ring];
  if (points.length > 3) return withRing(object, ring, (all) => all.toSpliced(index, 1));
  if (ring === 0) return null;
  const holes = (object.holes ?? []).toSpliced(ring - 1, 1);
  if (holes.length > 0) return { ...object, holes };
  const { holes: _gone, ...whole } = object;
  return whole;
}

/** @param {LabelObject} object @param {number} ring @param {(points: Point[]) => Point[]} change */
function withRing(object, ring, change) {
  if (ring === 0) return { ...object, points: change(object.points ?? []) };
  const holes = (object.holes ?? []).map((hole, at) => (at === ring - 1 ? change(hole) : hole));
  return { ...object, holes };
}

/**
 * @param {LabelObject} object @param {number} dx @param {number} dy wished, in image pixels
 * @param {{width: number, height: number}} image
 * @returns {LabelObject} the same object when it cannot move
 */
export function moved(object, dx, dy, image) {
  const bounds = objectBounds(object);
  if (!bounds || !canReshape(object)) return object;
  const [right, down] = shiftInsideImage(bounds, dx, dy, image.width, image.height);
  if (right === 0 && down === 0) return object;
  const shifted = { ...object, points: translated(object.points ?? [], right, down) };
  if (object.holes) shifted.holes = object.holes.map((hole) => translated(hole, right, down));
  return shifted;
}
