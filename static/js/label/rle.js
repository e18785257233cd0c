/**
 * COCO run-length masks: the compressed string form that COCO's own API writes.
 *
 * Counts are run lengths that alternate between outside and inside, column by column. Each is
 * written in groups of five bits, least significant first, as characters from "0" (48) on, where
 * 0x20 says that more follow and 0x10 in the last group is the sign; from the fourth count on the
 * difference to the count two before is written.
 */

/** @typedef {import("./types.js").Rle} Rle */
/** @typedef {import("./types.js").Bounds} Bounds */

/**
 * @param {string} text
 * @returns {number[]} run lengths in pixels, outside first
 * @throws {RangeError} when the string ends inside a number or holds a negative run
 */
export function decodeCounts(text) {
  /** @type {number[]} */
  const counts = [];
  let at = 0;
  while (at < text.length) {
    let value = 0;
    let weight = 1;
    let group;
    do {
      if (at >= text.length) throw new RangeError("The mask ends inside a number");
      group = text.charCodeAt(at) - 48;
      if (group < 0 || group > 0x3f) throw new RangeError("The mask holds a stray character");
      // Sums instead of shifts: shifts are cut at 32 bits, large masks are not.
      value += (group & 0x1f) * weight;
      weight *= 32;
      at += 1;
    } while (group & 0x20);
    if (group & 0x10) value -= weight;
    if (counts.length > 2) value += counts[counts.length - 2];
    if (value < 0) throw new RangeError("The mask holds a negative run");
    counts.push(value);
  }
  return counts;
}

/**
 * @typedef {object} Mask
 * @property {number} width @property {number} height of the image, in pixels
 * @property {Bounds} bounds of the pixels inside; all zero when there are none
 * @property {number} area pixels inside
 * @property {Uint8Array} pixels one byte a pixel inside `bounds`, row by row
 * @property {(x: number, y: number) => boolean} has whether the image pixel is inside
 */

/**
 * @param {Rle} rle
 * @returns {Mask}
 * @throws {RangeError} when the runs do not fill the image exactly
 */
export function decodeMask(rle) {
  const [height, width] = rle.size;
  const runs = insideRuns(decodeCounts(rle.counts), width * height);
  const bounds = runBounds(runs, height);
  const columns = bounds.right - bounds.left;
  const rows = bounds.bottom - bounds.top;
  const pixels = new Uint8Array(columns * rows);
  let area = 0;
  for (const [start, end] of runs) {
    area += end - start;
    for (let at = start; at < end; at += 1) {
      const x = Math.floor(at / height) - bounds.left;
      pixels[((at % height) - bounds.top) * columns + x] = 1;
    }
  }
  const has = (/** @type {number} */ x, /** @type {number} */ y) => {
    const [column, row] = [Math.floor(x) - bounds.left, Math.floor(y) - bounds.top];
    if (column < 0 || row < 0 || column >= columns || row >= rows) return false;
    return pixels[row * columns + column] === 1;
  };
  return { width, height, bounds, area, pixels, has };
}

/** @param {number[]} counts @param {number} total @returns {[number, number][]} start, end */
function insideRuns(counts, total) {
  /** @type {[number, number][]} */
  const runs = [];
  let at = 0;
  counts.forEach((length, index) => {
    if (index % 2 === 1 && length > 0) runs.push([at, at + length]);
    at += length;
  });
  if (at !== total) throw new RangeError("The mask does not fill its image");
  return runs;
}

/** @param {[number, number][]} runs @param {number} height @returns {Bounds} */
function runBounds(runs, height) {
  if (runs.length === 0) return { left: 0, top: 0, right: 0, bottom: 0 };
  let top = height;
  let bottom = 0;
  for (const [start, end] of runs) {
    const spills = Math.floor(start / height) !== Math.floor((end - 1) / height);
    top = Math.min(top, spills ? 0 : start % height);
    bottom = Math.max(bottom, spills ? height : ((end - 1) % height) + 1);
  }
  const left = Math.floor(runs[0][0] / height);
  const right = Math.floor((runs[runs.length - 1][1] - 1) / height) + 1;
  return { left, top, right, bottom };
}

/**
 * @param {Mask} mask
 * @param {[number, number, number]} color red, green, blue, 0 to 255
 * @returns {ImageData} of the mask's bounds: a see-through fill and a firm one-pixel edge
 */
export function maskImage(mask, [red, green, blue]) {
  const columns = Math.max(1, mask.bounds.right - mask.bounds.left);
  const rows = Math.max(1, mask.bounds.bottom - mask.bounds.top);
  const image = new ImageData(columns, rows);
  const inside = (/** @type {number} */ x, /** @type {number} */ y) =>
    x >= 0 && y >= 0 && x < columns && y < rows && mask.pixels[y * columns + x] === 1;
  for (let y = 0; y < rows; y += 1) {
    for (let x = 0; x < columns; x += 1) {
      if (!inside(x, y)) continue;
      const edge = !(inside(x - 1, y) && inside(x + 1, y) && inside(x, y - 1) && inside(x, y + 1));
      image.data.set([red, green, blue, edge ? 255 : 110], (y * columns + x) * 4);
    }
  }
  return image;
}
