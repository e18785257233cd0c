/**
 * Puts the parts of the page together that labeling and reviewing share.
 */

import { sharedCommands } from "./commands.js";
import { announce, ask } from "./dialogs.js";
import { cycleObjects } from "./editing.js";
import { button, html, icon, place } from "./elements.js";
import { Pointers } from "./pointers.js";
import { openSheet } from "./sheet.js";
import { say } from "./strings.js";
import { Strip } from "./strip.js";
import { drawSketchBar } from "./toolbar.js";
import { Crosshair } from "./tools/crosshair.js";
import { RemarkTool } from "./tools/remark.js";
import { SelectTool } from "./tools/select.js";

/** @typedef {import("./workbench.js").Workbench} Workbench */
/** @typedef {import("./pointers.js").Tool} Tool */

/**
 * @param {string} name for styles and tests @param {string} title
 * @returns {{section: HTMLElement, title: HTMLElement, host: HTMLElement}} added to the panel
 */
export function panelSection(name, title) {
  const heading = html("h2", { class: "panel-title" }, title);
  const host = html("div", { class: "panel-content" });
  const section = html("section", { class: "panel-section", id: `panel-${name}` }, heading, host);
  place("panel").append(section);
  return { section, title: heading, host };
}

/**
 * @param {Workbench} bench
 * @param {(editor: Workbench["editor"], stage: Workbench["stage"]) => Record<string, Tool>}
 *   makeTools beside selecting and remarking, which every page has
 */
export function makeHands(bench, makeTools) {
  const { editor, stage } = bench;
  /** @type {(point: import("./types.js").Point) => void} */
  let onRemark = () => {};
  const tools = {
    select: new SelectTool(editor, stage),
    remark: new RemarkTool((point) => onRemark(point)),
    ...makeTools(editor, stage),
  };
  const pointers = new Pointers(place("stage"), editor, stage, /** @type {any} */ (tools));
  const crosshair = new Crosshair(editor, stage, pointers);
  bench.settle = () => pointers.settle();
  const showBar = drawSketchBar(editor, () => pointers.tool);
  for (const type of ["pointerup", "keyup"]) {
    document.addEventListener(type, () => queueMicrotask(showBar));
  }
  holdSpace(pointers);
  tabThroughObjects(bench);
  sayWhatIsSelected(bench);
  const setRemark = (/** @type {typeof onRemark} */ place) => (onRemark = place);
  return { pointers, crosshair, setRemark };
}

/** @param {Pointers} pointers the space bar lends the hand while it is held */
function holdSpace(pointers) {
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.key !== " " || target.matches("button, input, textarea, select, a, summary")) return;
    event.preventDefault();
    pointers.holdSpace(true);
  });
  document.addEventListener("keyup", (event) => event.key === " " && pointers.holdSpace(false));
}

/** Tab goes from object to object, and on to the next part of the page after the last.
 * @param {Workbench} bench */
function tabThroughObjects({ editor }) {
  place("stage").addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.target !== event.currentTarget) return;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (cycleObjects(editor, event.shiftKey ? -1 : 1)) event.preventDefault();
  });
}

/** @param {Workbench} bench */
function sayWhatIsSelected({ editor, stage }) {
  editor.addEventListener("selection", () => {
    const { selected, vertex } = editor;
    if (!selected) return;
    const number = editor.shown.objects.findIndex(({ id }) => id === selected.id) + 1;
    const total = editor.shown.objects.length;
    const shape = say(`shape_${selected.shape}`);
    const name = stage.nameOf(selected);
    if (vertex) announce(say("vertex_held", { number: vertex.index + 1 }));
    else announce(say("object_selected", { name, shape, number, total }));
  });
}

/** @param {Workbench} bench the bar's link back, the strip, and what the stage is called */
export function drawFrame(bench) {
  const { boot, items, editor } = bench;
  const back = /** @type {HTMLAnchorElement} */ (place("back"));
  back.href = boot.urls.job.replace("{id}", String(boot.job.id));
  new Strip(place("strip"), items, (item) => bench.open(item));
  editor.addEventListener("item", () => {
    const { item } = editor;
    if (!item) return;
    const number = items.at + 1;
    const total = items.all.length;
    place("stage").setAttribute("aria-label", say("stage", { name: item.name, number, total }));
    place("item-name").textContent = item.name;
    document.title = `${item.name} · ${boot.job.name}`;
    announce(say("item_opened", { name: item.name, number, total }));
  });
}

/**
 * @param {"info"|"good"|"bad"} tone @param {string} text @param {string} sign an icon
 * @returns {HTMLElement}
 */
export function notice(tone, text, sign) {
  const words = html("span", {}, text);
  return html("p", { class: `desk-notice ${tone}` }, icon(/** @type {any} */ (sign)), words);
}

function openInstructions() {
  const template = /** @type {HTMLTemplateElement} */ (place("instructions"));
  const content = html("div", { class: "instructions" }, template.content.cloneNode(true));
  const empty = content.textContent?.trim() === "" && !content.querySelector("img");
  return ask({
    title: say("instructions"),
    wide: true,
    body: [empty ? say("no_instructions") : content],
    choices: [{ value: "close", label: say("close"), primary: true }],
  });
}

/** @param {import("./keys.js").Keys} keys @returns {HTMLButtonElement[]} for the bar */
export function helpButtons(keys) {
  const book = { label: say("instructions"), icon: "book", key: keys.shown("instructions") };
  const sheet = () => keys.commands.find(({ id }) => id === "keys")?.run();
  return [
    button(book, openInstructions),
    button({ label: say("keys"), icon: "keys", key: keys.shown("keys") }, sheet),
  ];
}

/** @returns {{keys: string, label: string}[]} for the sheet */
function gestures() {
  return ["wheel", "shift_wheel", "space", "middle", "fingers", "alt_click", "tab"].map((name) => ({
    keys: say(`gesture_${name}`),
    label: say(`gesture_${name}_does`),
  }));
}

/**
 * @param {Workbench} bench @param {import("./keys.js").Keys} keys
 * @param {import("./tools/crosshair.js").Crosshair} crosshair
 */
export const pageCommands = (bench, keys, crosshair) =>
  sharedCommands(bench, crosshair, {
    sheet: () => openSheet(keys, gestures()),
    instructions: openInstructions,
  });

/** A button that was pressed by a pointer hands the focus back, so that keys go on working.
 * @param {HTMLElement} host */
export function returnFocus(host) {
  host.addEventListener("click", (event) => {
    const pressed = /** @type {HTMLElement} */ (event.target).closest("button");
    if (!pressed || event.detail === 0 || document.querySelector("dialog[open]")) return;
    if (document.activeElement === pressed) place("stage").focus({ preventScroll: true });
  });
}
