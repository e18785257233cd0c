/**
 * What a person can do to the labels, whichever way they ask: by key, button, list or pointer.
 */

import {
  freshId,
  objectOf,
  tagOf,
  withImageTag,
  withObject,
  withObjectTag,
  withoutObject,
  withReplaced,
} from "./document.js";
import { insideImage, middle } from "./geometry.js";
import {
  canReshape,
  handlesOf,
  moved,
  objectArea,
  objectBounds,
  objectHas,
  ringsOf,
  withHandleAt,
  withVertex,
  withoutVertex,
} from "./objects.js";
import { DRAWN } from "./rules.js";
import { say } from "./strings.js";

/** @typedef {import("./editor.js").Editor} Editor */
/** @typedef {import("./types.js").LabelObject} LabelObject */
/** @typedef {import("./types.js").Point} Point */

const DUPLICATE_SHIFT = 12; // image pixels

/**
 * @param {Editor} editor
 * @returns {LabelObject|null} the selected object if it may change; else the person is told why
 */
function touchable(editor) {
  const object = editor.selectedId ? objectOf(editor.document, editor.selectedId) : null;
  if (!object || editor.readOnly) return null;
  if (editor.rules.mayTouch(object)) return object;
  editor.say(say("object_locked"), "warning");
  return null;
}

/** @param {Editor} editor @returns {LabelObject|null} the same, for kinds that have tools here */
function reshapeable(editor) {
  const object = touchable(editor);
  if (!object || canReshape(object)) return object;
  editor.say(say("no_tool_yet", { shape: say(`shape_${object.shape}`) }), "warning");
  return null;
}

/**
 * @param {Editor} editor @param {"rectangle"|"polygon"} shape @param {Point[]} points
 * @param {number|null} [otherwise] the class to take when the one in hand is drawn differently
 * @returns {boolean} whether it was added; it is then selected
 */
export function addDrawn(editor, shape, points, otherwise = null) {
  const fits = (/** @type {number|null} */ id) => id !== null && editor.rules.fits(id, shape);
  const classId = fits(editor.classId) ? editor.classId : otherwise;
  if (classId === null || !fits(classId)) {
    editor.say(say("no_class_for", { shape: say(`shape_${shape}`) }), "warning");
    return false;
  }
  /** @type {LabelObject} */
  const object = {
    id: freshId(), class: classId, shape, points, tags: [], source: "person",
  };
  if (!editor.apply(withObject(editor.document, object))) return false;
  editor.select(object.id);
  return true;
}

/** @param {Editor} editor */
export function deleteSelected(editor) {
  const object = touchable(editor);
  if (!object) return;
  if (editor.vertex && deleteVertex(editor, editor.vertex)) return;
  editor.apply(withoutObject(editor.document, object.id));
  editor.say(say("deleted", { name: editor.rules.classOf(object.class).name }));
}

/**
 * @param {Editor} editor @param {{ring: number, index: number}} vertex
 * @returns {boolean} false for a rectangle, whose corners cannot go one by one
 */
export function deleteVertex(editor, { ring, index }) {
  const object = touchable(editor);
  if (!object || object.shape !== "polygon") return false;
  const changed = withoutVertex(object, ring, index);
  if (changed) editor.apply(withReplaced(editor.document, changed));
  else editor.say(say("three_points"), "warning");
  return true;
}

/** Puts a vertex half way to the next one. @param {Editor} editor */
export function insertVertex(editor) {
  const object = touchable(editor);
  if (!object || object.shape !== "polygon" || !editor.vertex) return;
  const { ring, index } = editor.vertex;
  const points = ringsOf(object)[ring];
  const point = middle(points[index], points[(index + 1) % points.length]);
  if (editor.apply(withReplaced(editor.document, withVertex(object, ring, index, point)))) {
    editor.holdVertex({ ring, index: index + 1 });
  }
}

/** @param {Editor} editor @param {1|-1} step takes hold of the next vertex or corner */
export function nextVertex(editor, step) {
  const object = touchable(editor);
  if (!object) return;
  const firm = handlesOf(object).filter(({ kind }) => kind === "vertex" || kind === "corner");
  if (firm.length === 0) return;
  const { vertex } = editor;
  const at = firm.findIndex((one) => one.ring === vertex?.ring && one.index === vertex?.index);
  const { ring, index, point } = firm[(at + step + firm.length) % firm.length];
  editor.holdVertex({ ring, index });
  editor.viewport.reveal(point);
}

/** @param {Editor} editor */
export function duplicateSelected(editor) {
  const object = reshapeable(editor);
  if (!object) return;
  const copy = { ...object, id: freshId(), source: "person" };
  const bounds = objectBounds(object);
  const { image } = editor;
  // At the right or bottom border the copy goes the other way, so that it never hides the first.
  const dx = bounds && bounds.right + DUPLICATE_SHIFT > image.width ? -1 : 1;
  const dy = bounds && bounds.bottom + DUPLICATE_SHIFT > image.height ? -1 : 1;
  const placed = moved(copy, dx * DUPLICATE_SHIFT, dy * DUPLICATE_SHIFT, image);
  if (editor.apply(withObject(editor.document, placed))) editor.select(copy.id);
}

/** @param {Editor} editor @returns {LabelObject|null} the selected object, to be pasted */
export const copied = (editor) => reshapeable(editor);

/** @param {Editor} editor @param {LabelObject} object copied from this or another item */
export function paste(editor, object) {
  if (editor.readOnly) return;
  const bounds = objectBounds(object);
  const { image } = editor;
  if (!bounds || bounds.right > image.width || bounds.bottom > image.height) {
    editor.say(say("paste_outside"), "warning");
    return;
  }
  const copy = { ...object, id: freshId(), source: "person" };
  if (editor.apply(withObject(editor.document, copy))) editor.select(copy.id);
}

/** @param {Editor} editor @param {number} dx @param {number} dy image pixels */
export function moveSelected(editor, dx, dy) {
  const object = reshapeable(editor);
  if (!object) return;
  const { image, vertex } = editor;
  let changed = moved(object, dx, dy, image);
  if (vertex) {
    const handle = handlesOf(object).find(
      ({ kind, ring, index }) =>
        (kind === "vertex" || kind === "corner") && ring === vertex.ring && index === vertex.index,
    );
    if (!handle) return;
    const [x, y] = handle.point;
    const target = insideImage([x + dx, y + dy], image.width, image.height);
    changed = withHandleAt(object, handle, target);
  }
  if (changed === object) return;
  editor.apply(withReplaced(editor.document, changed), `move ${object.id}`);
  if (vertex) editor.holdVertex(vertex);
}

/**
 * Takes a class in hand; a selected object becomes of that class.
 * @param {Editor} editor @param {number} classId
 */
export function chooseClass(editor, classId) {
  const { rules } = editor;
  const object = editor.selectedId ? objectOf(editor.document, editor.selectedId) : null;
  if (object && !editor.readOnly && object.class !== classId) {
    const refusal = rules.refusesClass(object, classId);
    if (refusal) {
      editor.say(refusal, "warning");
      return;
    }
    reclass(editor, object, classId);
  }
  editor.useClass(classId);
  if (editor.toolName !== "rectangle" && editor.toolName !== "polygon") return;
  if (rules.fits(classId, editor.toolName)) return;
  const shape = DRAWN.find((one) => rules.fits(classId, one));
  if (shape) editor.useTool(shape);
  else editor.say(say("no_tool_for", { name: rules.classOf(classId).name }), "warning");
}

/** @param {Editor} editor @param {LabelObject} object @param {number} classId */
function reclass(editor, object, classId) {
  const { rules } = editor;
  const tags = object.tags ?? [];
  const fitting = tags.filter(({ tag }) => rules.tagFits(tag, classId));
  const changed = { ...object, class: classId };
  if (fitting.length < tags.length) {
    const lost = tags.filter((tag) => !fitting.includes(tag));
    const names = lost.map(({ tag }) => rules.tagById.get(tag)?.name ?? String(tag)).join(", ");
    editor.say(say("tags_dropped", { names, name: rules.classOf(classId).name }), "warning");
    changed.tags = fitting;
  }
  editor.apply(withReplaced(editor.document, changed));
}

/** Takes a drawing tool in hand, with a class that it can draw. @param {Editor} editor
 * @param {"rectangle"|"polygon"} shape */
export function chooseDrawingTool(editor, shape) {
  const { rules } = editor;
  if (editor.readOnly && editor.item) {
    editor.say(say(editor.item.away ? "absent_title" : "only_looking"), "warning");
    return;
  }
  if (editor.classId === null || !rules.fits(editor.classId, shape)) {
    const fitting = rules.firstClassFor(shape);
    if (!fitting) {
      editor.say(say("no_class_for", { shape: say(`shape_${shape}`) }), "warning");
      return;
    }
    editor.useClass(fitting.id);
  }
  // What comes next is a new object: arrow keys shall move the cross, not the last one.
  editor.select(null);
  editor.useTool(shape);
}

/**
 * @param {Editor} editor @param {number} tagId
 * @param {null|string|number|undefined} value undefined takes the tag off
 * @param {"image"|"object"} target @returns {boolean}
 */
export function setTag(editor, tagId, value, target) {
  const mergeKey = `tag ${target} ${editor.selectedId} ${tagId}`;
  if (target === "image") {
    return editor.apply(withImageTag(editor.document, tagId, value), mergeKey);
  }
  const object = touchable(editor);
  if (!object) return false;
  const changed = withObjectTag(object, tagId, value);
  return editor.apply(withReplaced(editor.document, changed), mergeKey);
}

/**
 * What a tag's hotkey does: on and off, or the next of its choices.
 * @param {Editor} editor @param {import("./types.js").TagDefinition} tag
 * @returns {"image"|"object"|null} where the tag is to be typed in, for tags of free values
 */
export function pressTag(editor, tag) {
  const object = editor.selectedId ? objectOf(editor.document, editor.selectedId) : null;
  const onObject = object !== null && editor.rules.tagFits(tag.id, object.class);
  if (!onObject && tag.applies_to === "objects") {
    editor.say(say("select_object_first", { name: tag.name }));
    return null;
  }
  const target = onObject ? "object" : "image";
  if (tag.value_type === "string" || tag.value_type === "number") return target;
  const now = tagOf(onObject ? object.tags : editor.document.tags, tag.id);
  const values = tag.value_type === "none" ? [null] : tag.choices;
  const at = now ? values.indexOf(/** @type {any} */ (now.value)) : -1;
  setTag(editor, tag.id, values[at + 1], target);
  return null;
}

/**
 * @param {Editor} editor @param {Point} point @param {number} tolerance image pixels
 * @returns {LabelObject[]} what lies there, smallest first: a small object is never out of reach
 *   behind a large one
 */
export function objectsAt(editor, point, tolerance) {
  return editor.shown.objects
    .filter((object) => !editor.isHidden(object) && objectHas(object, point, tolerance))
    .map((object) => ({ object, area: objectArea(object) }))
    .sort((a, b) => a.area - b.area)
    .map(({ object }) => object);
}

/**
 * @param {Editor} editor @param {1|-1} step
 * @returns {boolean} false after the last object, so that focus may go on
 */
export function cycleObjects(editor, step) {
  const seen = editor.shown.objects.filter((object) => !editor.isHidden(object));
  const at = seen.findIndex(({ id }) => id === editor.selectedId);
  const next = at === -1 ? (step === 1 ? 0 : seen.length - 1) : at + step;
  const object = seen[next];
  editor.select(object?.id ?? null);
  if (!object) return false;
  const bounds = objectBounds(object);
  if (bounds) {
    editor.viewport.reveal([(bounds.left + bounds.right) / 2, (bounds.top + bounds.bottom) / 2]);
  }
  return true;
}
