/**
 * Two versions of one item side by side, and which of them (or both) shall stand.
 */

import { ask } from "./dialogs.js";
import { html, svg } from "./elements.js";
import { tagCount } from "./document.js";
import { differing } from "./merging.js";
import { drawObject, MaskPictures } from "./shapes.js";
import { exactTime, say, sayCount } from "./strings.js";

/** @typedef {import("./types.js").LabelDocument} LabelDocument */

/**
 * @typedef {object} Side
 * @property {string} title @property {string} who @property {string|null} when ISO time
 * @property {LabelDocument} document
 */

/**
 * @param {import("./types.js").JobItem} item @param {import("./rules.js").Rules} rules
 * @param {Side} side @param {Side} other @param {MaskPictures} pictures
 * @returns {HTMLElement}
 */
function picture(item, rules, side, other, pictures) {
  const differs = differing(side.document, other.document);
  const objects = side.document.objects.map((object) => {
    const { color, name } = rules.classOf(object.class);
    const state = differs.has(object.id) ? "differs" : "same";
    return drawObject(object, { color, name: state === "differs" ? name : "", state }, pictures);
  });
  const size = { width: item.width, height: item.height };
  const image = svg("image", { href: item.image, preserveAspectRatio: "none", ...size });
  const box = `0 0 ${item.width} ${item.height}`;
  const root = svg("svg", { class: "canvas compared", viewBox: box }, image, ...objects);
  // Names and points are drawn in screen pixels, which this small picture has its own measure of.
  new ResizeObserver(() => {
    if (root.clientWidth) root.style.setProperty("--unit", String(item.width / root.clientWidth));
  }).observe(root);
  const counts = [
    sayCount("objects", side.document.objects.length),
    sayCount("tags", tagCount(side.document)),
    sayCount("only_here", differs.size),
  ].join(", ");
  const when = side.when && exactTime(side.when);
  return html(
    "section",
    { class: "side" },
    html("h3", {}, side.title),
    html("p", { class: "hint" }, [side.who, when].filter(Boolean).join(", ")),
    root,
    html("p", {}, counts),
    html("p", { class: "hint" }, imageTags(rules, side.document)),
  );
}

/** @param {import("./rules.js").Rules} rules @param {LabelDocument} document */
function imageTags(rules, document) {
  const tags = document.tags.map(({ tag, value }) => {
    const name = rules.tagById.get(tag)?.name ?? String(tag);
    return value === null || value === undefined ? name : `${name}: ${value}`;
  });
  return tags.length > 0 ? `${say("image_tags")}: ${tags.join(", ")}` : say("no_image_tags");
}

/**
 * @param {{title: string, explain: string, item: import("./types.js").JobItem,
 *   rules: import("./rules.js").Rules, theirs: Side, mine: Side,
 *   words: {mine: string, theirs: string, both: string}}} question
 * @returns {Promise<"mine"|"theirs"|"both"|null>} null: not now
 */
export async function compare({ title, explain, item, rules, theirs, mine, words }) {
  const pictures = new MaskPictures();
  const sides = html(
    "div",
    { class: "sides" },
    picture(item, rules, theirs, mine, pictures),
    picture(item, rules, mine, theirs, pictures),
  );
  const answer = await ask({
    title,
    wide: true,
    body: [explain, sides],
    choices: [
      { value: "both", label: words.both, primary: true },
      { value: "mine", label: words.mine },
      { value: "theirs", label: words.theirs },
    ],
  });
  pictures.release();
  return /** @type {any} */ (answer);
}
