/**
 * What one job allows: its classes, its tags and its limits.
 *
 * The server holds the same rules and has the last word; the page asks them first so that a
 * person hears "no" before the work, not after it. Objects of a class that the job does not offer
 * belong to somebody else's work: they are shown, and may neither change nor go.
 */

import { canReshape, seenOf } from "./objects.js";
import { say, sayCount } from "./strings.js";

/** @typedef {import("./types.js").LabelDocument} LabelDocument */
/** @typedef {import("./types.js").LabelObject} LabelObject */
/** @typedef {import("./types.js").LabelClass} LabelClass */
/** @typedef {import("./types.js").TagDefinition} TagDefinition */

/** Kinds that this page has a drawing tool for. */
export const DRAWN = /** @type {const} */ (["rectangle", "polygon"]);

export class Rules {
  /**
   * @param {import("./types.js").Job} job
   * @param {LabelClass[]} classes @param {TagDefinition[]} tags
   */
  constructor(job, classes, tags) {
    this.job = job;
    this.classes = classes;
    this.tags = tags;
    this.classById = new Map(classes.map((one) => [one.id, one]));
    this.tagById = new Map(tags.map((one) => [one.id, one]));
  }

  /** @returns {LabelClass[]} */
  get offeredClasses() {
    return this.classes.filter(({ offered }) => offered);
  }

  /** @param {number} id @returns {LabelClass} a stand-in for a class that is not known here */
  classOf(id) {
    const known = this.classById.get(id);
    if (known) return known;
    const name = say("unknown_class", { id });
    return { id, name, shape: "any", color: "#9aa0a6", hotkey: "", offered: false };
  }

  /** @param {number} id @param {string} shape @returns {boolean} */
  fits(id, shape) {
    const wanted = this.classOf(id).shape;
    return wanted === "any" || wanted === shape;
  }

  /** @param {string} shape @returns {LabelClass|null} the first offered class drawn this way */
  firstClassFor(shape) {
    return this.offeredClasses.find(({ id }) => this.fits(id, shape)) ?? null;
  }

  /** @param {LabelObject} object @returns {boolean} whether this job may change or delete it */
  mayTouch(object) {
    return this.classOf(object.class).offered;
  }

  /** @param {LabelObject} object @returns {boolean} whether its outline may be changed here */
  mayReshape(object) {
    return this.mayTouch(object) && canReshape(object);
  }

  /** @param {LabelObject} object @param {number} classId @returns {string|null} why not */
  refusesClass(object, classId) {
    if (!this.mayTouch(object)) return say("object_locked");
    const { shape } = seenOf(object);
    if (this.fits(classId, shape)) return null;
    return say("class_shape", {
      name: this.classOf(classId).name,
      wanted: say(`shape_${this.classOf(classId).shape}`),
      drawn: say(`shape_${shape}`),
    });
  }

  /** @returns {TagDefinition[]} offered on the image itself */
  get imageTags() {
    return this.tags.filter((tag) => tag.offered && tag.applies_to !== "objects");
  }

  /** @param {number} classId @returns {TagDefinition[]} offered on objects of that class */
  objectTags(classId) {
    return this.tags.filter((tag) => tag.offered && this.tagFits(tag.id, classId));
  }

  /** @param {number} tagId @param {number} classId @returns {boolean} */
  tagFits(tagId, classId) {
    const tag = this.tagById.get(tagId);
    if (!tag || tag.applies_to === "images") return false;
    return tag.classes.length === 0 || tag.classes.includes(classId);
  }

  /** @param {LabelDocument} document @returns {number} objects that count for the limit */
  countedObjects(document) {
    return document.objects.filter((object) => this.mayTouch(object)).length;
  }

  /** @param {LabelDocument} document @returns {number} tags that count for the limit */
  countedTags(document) {
    const all = [...document.tags, ...document.objects.flatMap(({ tags }) => tags ?? [])];
    return all.filter(({ tag }) => this.tagById.get(tag)?.offered).length;
  }

  /**
   * @param {LabelDocument} before @param {LabelDocument} after
   * @returns {string|null} which limit the change breaks; only growth can break one
   */
  refusesChange(before, after) {
    const { objects_limit: objects, tags_limit: tags } = this.job;
    if (objects !== null && this.countedObjects(after) > objects) {
      if (this.countedObjects(after) > this.countedObjects(before)) {
        return sayCount("objects_limit", objects);
      }
    }
    if (tags !== null && this.countedTags(after) > tags) {
      if (this.countedTags(after) > this.countedTags(before)) return sayCount("tags_limit", tags);
    }
    return null;
  }
}
