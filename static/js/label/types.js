/**
 * The shapes of data that the labeling and review pages share. Types only: nothing runs here, so
 * every module may name these without an import cycle.
 *
 * @typedef {[number, number]} Point  x and y in image pixels, origin at the image's top left corner
 * @typedef {{left: number, top: number, right: number, bottom: number}} Bounds  image pixels
 * @typedef {{tag: number, value: null | string | number}} TagValue
 * @typedef {{size: [number, number], counts: string}} Rle  size is [height, width]
 * @typedef {{frame: number, shape: string, points: Point[], outside?: boolean}} Keyframe
 *
 * @typedef {object} LabelObject
 * @property {string} id
 * @property {number} class
 * @property {"rectangle"|"polygon"|"polyline"|"point"|"bitmap"|"track"} shape
 * @property {Point[]} [points]
 * @property {Point[][]} [holes]
 * @property {Rle} [rle]
 * @property {Keyframe[]} [keyframes]
 * @property {TagValue[]} [tags]
 * @property {string} [source]
 *
 * @typedef {{objects: LabelObject[], tags: TagValue[]}} LabelDocument
 *
 * @typedef {object} LabelClass
 * @property {number} id
 * @property {string} name
 * @property {"any"|"rectangle"|"polygon"|"polyline"|"point"|"bitmap"} shape
 * @property {string} color  "#rrggbb"
 * @property {string} hotkey
 * @property {boolean} offered  false: shown on objects that have it, never offered for new ones
 *
 * @typedef {object} TagDefinition
 * @property {number} id
 * @property {string} name
 * @property {"none"|"string"|"number"|"choice"} value_type
 * @property {string[]} choices
 * @property {"images"|"objects"|"both"} applies_to
 * @property {number[]} classes  empty: every class
 * @property {string} hotkey
 * @property {boolean} offered
 *
 * @typedef {object} JobItem
 * @property {number} id
 * @property {string} name
 * @property {number} position
 * @property {string} image
 * @property {string|null} thumbnail
 * @property {string|null} away  asked for, it brings a picture that is kept elsewhere; null: here
 * @property {string} host  who keeps a picture that is away
 * @property {string} [problem]  why the picture did not come when it was asked for
 * @property {number} width  image pixels; 0 while the picture is away
 * @property {number} height  image pixels; 0 while the picture is away
 * @property {"none"|"done"|"accepted"|"rejected"} state
 * @property {number} version  of the decision, not of the labels
 * @property {string} reason
 * @property {string} skip_reason
 * @property {string|{name: string}|null} decided_by
 *
 * @typedef {object} Job
 * @property {number} id
 * @property {string} name
 * @property {string} status
 * @property {string} stage
 * @property {string} state
 * @property {number|null} objects_limit
 * @property {number|null} tags_limit
 * @property {boolean} needs_review
 *
 * @typedef {object} Bootstrap
 * @property {Job} job
 * @property {"label"|"review"|"view"} mode
 * @property {boolean} may_comment
 * @property {boolean} may_begin the review waits, and this person may begin it
 * @property {{id: number, name: string}} me
 * @property {LabelClass[]} classes
 * @property {TagDefinition[]} tags
 * @property {JobItem[]} items
 * @property {number|null} start_item
 * @property {Record<string, string>} urls
 *
 * @typedef {object} Stored  what the server keeps of one item's labels
 * @property {number} version
 * @property {LabelDocument} document
 * @property {string|null} updated_by
 * @property {string|null} updated_at
 */

export {};
