/**
 * Points, boxes and rings in image pixels. Pure: nothing here knows the screen or the page.
 */

/** @typedef {import("./types.js").Point} Point */
/** @typedef {import("./types.js").Bounds} Bounds */

/**
 * A thousandth of a pixel: finer than half a screen pixel at the largest zoom, coarse enough that
 * 399.99999999999994 is written as the 400 that was meant.
 * @param {number} value
 */
export const rounded = (value) => Math.round(value * 1000) / 1000 + 0;

/** @param {number} value @param {number} low @param {number} high */
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/**
 * @param {Point} point
 * @param {number} width @param {number} height of the image
 * @returns {Point} the nearest point inside the image, rounded
 */
export function insideImage([x, y], width, height) {
  return [rounded(clamp(x, 0, width)), rounded(clamp(y, 0, height))];
}

/** @param {Point} a @param {Point} b */
export const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);

/** @param {Point} a @param {Point} b @returns {Point} */
export const middle = (a, b) => [rounded((a[0] + b[0]) / 2), rounded((a[1] + b[1]) / 2)];

/** @param {Point[]} points at least one @returns {Bounds} */
export function boundsOf(points) {
  let [left, top] = points[0];
  let [right, bottom] = points[0];
  for (const [x, y] of points) {
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  return { left, top, right, bottom };
}

/** @param {Point} a @param {Point} b @returns {[Point, Point]} top left and bottom right corner */
export function rectangleBetween(a, b) {
  return [
    [Math.min(a[0], b[0]), Math.min(a[1], b[1])],
    [Math.max(a[0], b[0]), Math.max(a[1], b[1])],
  ];
}

/** @param {Point[]} corners two @returns {Point[]} four corners, clockwise from top left */
export function rectangleRing([[left, top], [right, bottom]]) {
  return [[left, top], [right, top], [right, bottom], [left, bottom]];
}

/** @param {Point[]} ring @returns {number} square pixels */
export function ringArea(ring) {
  let twice = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    twice += ring[j][0] * ring[i][1] - ring[i][0] * ring[j][1];
  }
  return Math.abs(twice) / 2;
}

/** @param {Point[]} ring @param {Point} point @returns {boolean} by the even-odd rule */
export function ringContains(ring, [x, y]) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [xi, yi] = ring[i];
    const [xj, yj] = ring[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** @param {Point} p @param {Point} a @param {Point} b @returns {Point} nearest to p on a-b */
export function nearestOnSegment(p, a, b) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length;
  const share = clamp(along, 0, 1);
  return [a[0] + share * dx, a[1] + share * dy];
}

/**
 * @param {Point} point @param {Point[]} line @param {boolean} closed whether last joins first
 * @returns {{index: number, distance: number, point: Point}} edge `index` starts at that vertex
 */
export function nearestEdge(point, line, closed) {
  let best = { index: 0, distance: Infinity, point: line[0] };
  const edges = closed ? line.length : line.length - 1;
  for (let index = 0; index < edges; index += 1) {
    const on = nearestOnSegment(point, line[index], line[(index + 1) % line.length]);
    const away = distance(point, on);
    if (away < best.distance) best = { index, distance: away, point: on };
  }
  return best;
}

/** Adds without touching a number that does not move, so that its digits stay as they were. */
const shifted = (/** @type {number} */ value, /** @type {number} */ by) =>
  by === 0 ? value : rounded(value + by);

/** @param {Point[]} points @param {number} dx @param {number} dy @returns {Point[]} */
export function translated(points, dx, dy) {
  return points.map(([x, y]) => /** @type {Point} */ ([shifted(x, dx), shifted(y, dy)]));
}

/**
 * @param {Bounds} bounds @param {number} dx @param {number} dy wished
 * @param {number} width @param {number} height of the image
 * @returns {Point} as much of the wish as keeps the bounds inside the image
 */
export function shiftInsideImage(bounds, dx, dy, width, height) {
  return [
    clamp(dx, Math.min(0, -bounds.left), Math.max(0, width - bounds.right)),
    clamp(dy, Math.min(0, -bounds.top), Math.max(0, height - bounds.bottom)),
  ];
}
