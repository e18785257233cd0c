/**
 * Two versions of one item's labels: are they the same, what differs, and one that holds both.
 */

import { freshId } from "./document.js";

/** @typedef {import("./types.js").LabelDocument} LabelDocument */
/** @typedef {import("./types.js").LabelObject} LabelObject */
/** @typedef {import("./types.js").TagValue} TagValue */

/** @param {TagValue[]|undefined} tags */
const tagText = (tags) =>
  JSON.stringify((tags ?? []).map(({ tag, value }) => [tag, value ?? null]).sort(byTag));

/** @param {any[]} a @param {any[]} b */
const byTag = (a, b) => a[0] - b[0];

/** @param {LabelObject} object @returns {string} equal for objects that mean the same */
function meaning(object) {
  const { id, class: label, shape, points, holes, rle, keyframes, tags } = object;
  const outline = [points ?? [], holes ?? [], rle ? [rle.size, rle.counts] : null];
  const frames = (keyframes ?? []).map((one) => [one.frame, one.shape, one.points, !!one.outside]);
  return JSON.stringify([id, label, shape, outline, frames, tagText(tags)]);
}

/** @param {LabelDocument} a @param {LabelDocument} b @returns {boolean} */
export function sameDocument(a, b) {
  if (a === b) return true;
  if (a.objects.length !== b.objects.length || tagText(a.tags) !== tagText(b.tags)) return false;
  return a.objects.every((object, index) => {
    const other = b.objects[index];
    return object === other || meaning(object) === meaning(other);
  });
}

/** @param {LabelDocument} document @returns {Map<string, LabelObject>} */
const byId = (document) => new Map(document.objects.map((object) => [object.id, object]));

/**
 * @param {LabelDocument} document @param {LabelDocument} other
 * @returns {Set<string>} ids of the document's objects that the other lacks or has differently
 */
export function differing(document, other) {
  const others = byId(other);
  const differs = document.objects.filter((object) => {
    const twin = others.get(object.id);
    return !twin || meaning(twin) !== meaning(object);
  });
  return new Set(differs.map(({ id }) => id));
}

/**
 * Holds every object of both. What only one side changed since `base` is taken from that side;
 * what both changed is there twice, mine under a new id.
 * @param {LabelDocument} base what both started from
 * @param {LabelDocument} mine @param {LabelDocument} theirs
 * @returns {LabelDocument}
 */
export function union(base, mine, theirs) {
  const started = byId(base);
  const ours = byId(mine);
  const objects = [];
  for (const their of theirs.objects) {
    const our = ours.get(their.id);
    ours.delete(their.id);
    objects.push(...both(started.get(their.id), our, their));
  }
  const tags = tagUnion(base, mine, theirs);
  return { ...theirs, objects: [...objects, ...ours.values()], tags };
}

/**
 * @param {LabelObject|undefined} old @param {LabelObject|undefined} our
 * @param {LabelObject} their
 */
function both(old, our, their) {
  if (!our || meaning(our) === meaning(their)) return [their];
  if (old && meaning(old) === meaning(our)) return [their];
  if (old && meaning(old) === meaning(their)) return [our];
  return [their, { ...our, id: freshId() }];
}

/**
 * A tag has one value: where both sides set another one, mine stands.
 * @param {LabelDocument} base @param {LabelDocument} mine @param {LabelDocument} theirs
 * @returns {TagValue[]}
 */
function tagUnion(base, mine, theirs) {
  const values = (/** @type {LabelDocument} */ { tags }) =>
    new Map((tags ?? []).map((one) => [one.tag, one]));
  const [started, ours, merged] = [values(base), values(mine), values(theirs)];
  for (const [tag, our] of ours) {
    const old = started.get(tag);
    const changedHere = !old || old.value !== our.value;
    if (changedHere || !merged.has(tag)) merged.set(tag, our);
  }
  return [...merged.values()];
}
