/**
 * The commands of keys that both pages share, and those of labeling.
 */

import {
  copied,
  cycleObjects,
  deleteSelected,
  duplicateSelected,
  insertVertex,
  moveSelected,
  nextVertex,
  paste,
} from "./editing.js";
import { say } from "./strings.js";
import { takeTool } from "./toolbar.js";

/** @typedef {import("./keys.js").Command} Command */
/** @typedef {import("./workbench.js").Workbench} Workbench */

const ZOOM_STEP = 1.25;

/** A held Enter must not confirm the whole job. */
const ONCE = new Set(
  ["confirm", "skip_item", "submit", "next_to_do", "delete", "duplicate", "finish"]);
const FAR = 10; // image pixels that an arrow moves with Shift

/** @type {[string, number, number][]} key, right, down */
const ARROWS = [
  ["arrowleft", -1, 0], ["arrowright", 1, 0], ["arrowup", 0, -1], ["arrowdown", 0, 1],
];

/**
 * @param {Workbench} bench @param {import("./tools/crosshair.js").Crosshair} crosshair
 * @param {{sheet: () => void, instructions: () => void}} open
 * @returns {Command[]}
 */
export function sharedCommands(bench, crosshair, open) {
  const { editor, items } = bench;
  const { viewport } = editor;
  const [picture, look, page] = [say("group_picture"), say("group_look"), say("group_page")];
  const beside = (/** @type {number} */ step) => {
    const item = items.beside(step);
    if (item) bench.open(item);
  };
  const one = (
    /** @type {string} */ id, /** @type {string[]} */ keys, /** @type {() => void} */ run,
    group = page,
  ) => ({ id, keys, run, group, label: say(id) });
  const hideSelected = () => editor.selectedId && editor.toggleHidden(editor.selectedId);
  return [
    ...crossCommands(crosshair),
    one("zoom_in", ["+", "="], () => viewport.zoom(ZOOM_STEP), picture),
    one("zoom_out", ["-", "_"], () => viewport.zoom(1 / ZOOM_STEP), picture),
    one("zoom_fit", ["0"], () => viewport.fit(), picture),
    one("zoom_actual", ["z"], () => viewport.actualSize(), picture),
    one("names", ["t"], () => editor.show({ namesShown: !editor.namesShown }), look),
    one("hide_all", ["j"], () => editor.show({ allHidden: !editor.allHidden }), look),
    one("hide_selected", ["shift+j"], hideSelected, look),
    one("next_object", ["]"], () => cycleObjects(editor, 1), look),
    one("previous_object", ["["], () => cycleObjects(editor, -1), look),
    one("next_item", ["pagedown"], () => beside(1)),
    one("previous_item", ["pageup"], () => beside(-1)),
    one("instructions", ["i"], open.instructions),
    one("keys", ["?"], open.sheet),
  ];
}

/** @param {import("./tools/crosshair.js").Crosshair} crosshair @returns {Command[]} */
function crossCommands(crosshair) {
  const group = say("group_drawing");
  const inUse = () => crosshair.usable && (crosshair.point !== null || !crosshair.editor.selected);
  const steps = ARROWS.flatMap(([key, dx, dy], index) => [1, FAR].map((far) => ({
    id: `cross ${key} ${far}`,
    label: far === 1 ? say("cross_move") : say("cross_far"),
    group,
    keys: [far === 1 ? key : `shift+${key}`],
    when: inUse,
    silent: index > 0,
    cap: far === 1 ? say("arrows") : say("shift_arrows"),
    run: () => crosshair.move(dx * far, dy * far),
  })));
  const press = {
    id: "cross press", label: say("cross_press"), group, keys: ["enter"],
    when: () => crosshair.point !== null, run: () => crosshair.press(),
  };
  return [...steps, press];
}

/**
 * @param {Workbench} bench @param {import("./pointers.js").Pointers} pointers
 * @param {import("./tools/crosshair.js").Crosshair} crosshair
 * @param {import("./verbs.js").Verbs} verbs
 * @returns {Command[]}
 */
export function labelingCommands(bench, pointers, crosshair, verbs) {
  const { editor, items } = bench;
  const one = (
    /** @type {string} */ id, /** @type {string[]} */ keys, /** @type {() => void} */ run,
    /** @type {string} */ group, /** @type {(() => boolean)|undefined} */ when = undefined,
  ) => ({ id, keys, run, group, when, label: say(id), once: ONCE.has(id) });
  const [tools, labels, page] = [say("group_tools"), say("group_labels"), say("group_page")];
  const drawing = say("group_drawing");
  const busy = () => pointers.tool.busy;
  const beside = (/** @type {number} */ step) => {
    const item = items.beside(step);
    if (item) bench.open(item);
  };
  const resting = () => !editor.selected && !crosshair.usable;
  const undo = () => {
    if (pointers.tool.busy && pointers.tool.back) pointers.tool.back();
    else if (pointers.tool.busy) pointers.tool.cancel();
    else editor.undo();
  };
  return [
    one("finish", ["enter"], () => pointers.tool.finish?.(), drawing,
      () => busy() && !!pointers.tool.finish),
    one("point_back", ["backspace"], () => pointers.tool.back?.(), drawing,
      () => busy() && !!pointers.tool.back),
    one("escape", ["escape"], () => escape(editor, pointers, crosshair), drawing),
    ...["select", "rectangle", "polygon", "hand"].map((name) => ({
      ...one(name, [{ select: "v", rectangle: "r", polygon: "p", hand: "h" }[name] ?? ""],
        () => takeTool(editor, /** @type {any} */ (name)), tools),
      label: say(`tool_${name}`),
    })),
    { ...one("remark", ["m"], () => editor.useTool("remark"), tools), label: say("tool_remark") },
    one("undo", ["ctrl+z"], undo, labels),
    one("redo", ["ctrl+shift+z", "ctrl+y"], () => editor.redo(), labels),
    one("delete", ["delete", "backspace"], () => deleteSelected(editor), labels),
    one("duplicate", ["ctrl+d"], () => duplicateSelected(editor), labels),
    ...clipboard(editor),
    ...moves(editor),
    one("next_vertex", ["e"], () => nextVertex(editor, 1), labels),
    one("insert_vertex", ["insert"], () => insertVertex(editor), labels),
    one("confirm", ["enter"], () => verbs.confirm(), page, () => verbs.able),
    one("skip_item", ["s"], () => verbs.skip(), page),
    one("next_to_do", ["n"], () => verbs.next(), page),
    one("submit", ["ctrl+enter"], () => verbs.submit(), page),
    { ...one("save_now", ["ctrl+s"], () => bench.sheet?.saving.save().catch(() => {}), page),
      typing: true },
    { ...one("beside_arrow", ["arrowright"], () => beside(1), page, resting), cap: "← →" },
    { ...one("beside_arrow", ["arrowleft"], () => beside(-1), page, resting), silent: true },
  ];
}

/** @param {import("./editor.js").Editor} editor @returns {Command[]} */
function clipboard(editor) {
  /** @type {import("./types.js").LabelObject|null} kept over items, to label a row of pictures */
  let held = null;
  const group = say("group_labels");
  const copy = () => (held = copied(editor) ?? held);
  // Text that a person marked on the page is theirs to copy.
  const marked = () => String(getSelection()) !== "";
  return [
    { id: "copy", label: say("copy"), group, keys: ["ctrl+c"], run: copy,
      when: () => editor.selected !== null && !marked() },
    { id: "paste", label: say("paste"), group, keys: ["ctrl+v"], once: true,
      when: () => held !== null,
      run: () => held && paste(editor, held) },
  ];
}

/** @param {import("./editor.js").Editor} editor @returns {Command[]} */
function moves(editor) {
  const group = say("group_labels");
  return ARROWS.flatMap(([key, dx, dy], index) => [1, FAR].map((far) => ({
    id: `move ${key} ${far}`,
    label: far === 1 ? say("move_one") : say("move_far"),
    group,
    keys: [far === 1 ? key : `shift+${key}`],
    when: () => editor.selected !== null && !editor.readOnly,
    silent: index > 0,
    cap: far === 1 ? say("arrows") : say("shift_arrows"),
    run: () => moveSelected(editor, dx * far, dy * far),
  })));
}

/**
 * One step back from whatever is deepest: cross, half drawn shape, vertex, object, tool.
 * @param {import("./editor.js").Editor} editor @param {import("./pointers.js").Pointers} pointers
 * @param {import("./tools/crosshair.js").Crosshair} crosshair
 */
export function escape(editor, pointers, crosshair) {
  if (pointers.tool.busy) pointers.tool.cancel();
  else if (crosshair.hide()) return;
  else if (editor.vertex) editor.holdVertex(null);
  else if (editor.selectedId) editor.select(null);
  else editor.useTool("select");
}
