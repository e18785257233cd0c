/**
 * The labeling page.
 */

import { drawAbsent } from "./absent.js";
import { labelingCommands } from "./commands.js";
import { chooseClass, pressTag } from "./editing.js";
import { button, place } from "./elements.js";
import { drawProgress } from "./header.js";
import { isToDo } from "./items.js";
import { Keys } from "./keys.js";
import {
  drawFrame,
  helpButtons,
  makeHands,
  notice,
  pageCommands,
  panelSection,
  returnFocus,
} from "./page.js";
import { ClassPanel } from "./panels/classes.js";
import { ObjectPanel } from "./panels/objects.js";
import { TagPanel } from "./panels/tags.js";
import { Remarks } from "./remarks.js";
import { readJson, readStrings, say } from "./strings.js";
import { drawLook, drawTools, drawUndo, drawZoom } from "./toolbar.js";
import { PolygonTool } from "./tools/polygon.js";
import { RectangleTool } from "./tools/rectangle.js";
import { Verbs } from "./verbs.js";
import { Workbench } from "./workbench.js";

readStrings();
const bench = new Workbench(readJson("bootstrap"));
const { boot, editor, items, rules, stage } = bench;
const keys = new Keys();
const verbs = new Verbs(bench);
const hands = makeHands(bench, (...parts) => ({
  rectangle: new RectangleTool(...parts),
  polygon: new PolygonTool(...parts),
}));

/** @returns {{wanted: string, label: string, color?: string, run: () => void}[]} */
function schemaKeys() {
  const classes = rules.offeredClasses.map((one) => ({
    wanted: one.hotkey ?? "",
    label: one.name,
    color: one.color,
    run: () => chooseClass(editor, one.id),
  }));
  const tags = rules.tags.filter(({ offered }) => offered).map((tag) => ({
    wanted: tag.hotkey ?? "",
    label: tag.name,
    run: () => {
      const target = pressTag(editor, tag);
      if (target) (target === "object" ? objectTags : imageTags).focus(tag.id);
    },
  }));
  return numbered([...classes, ...tags], classes.length);
}

/**
 * Classes without a hotkey get the free digits from 1 on, as far as they go.
 * @param {ReturnType<typeof schemaKeys>} all @param {number} classes how many of them come first
 */
function numbered(all, classes) {
  const wanted = new Set(all.map((one) => one.wanted.toLowerCase()));
  const digits = [..."123456789"].filter((digit) => !wanted.has(digit));
  return all.map((one, index) =>
    index < classes && one.wanted === "" ? { ...one, wanted: digits.shift() ?? "" } : one,
  );
}

const commands = [
  ...pageCommands(bench, keys, hands.crosshair),
  ...labelingCommands(bench, hands.pointers, hands.crosshair, verbs),
];
keys.assign(commands, bench.canLabel ? schemaKeys() : [], say("group_schema"));

drawFrame(bench);
drawAbsent(bench, () => verbs.skip());
/** @type {import("./editor.js").ToolName[]} */
const drawing = bench.canLabel ? ["rectangle", "polygon"] : [];
drawTools(editor, keys, ["select", ...drawing, "hand", "remark"]);
if (bench.canLabel) drawUndo(editor, keys);
drawZoom(editor, stage, keys);
if (bench.canLabel) new ClassPanel(panelSection("classes", say("classes")).host, editor, keys);
const list = panelSection("objects", "");
drawLook(list.host, editor, keys);
new ObjectPanel(list.host, list.title, editor, (object) => stage.nameOf(object));
const tagSection = panelSection("object-tags", say("object_tags"));
const objectTags = new TagPanel(tagSection.host, "object", editor, keys);
const imageTags = new TagPanel(
  panelSection("image-tags", say("image_tags")).host, "image", editor, keys,
);
const remarkSection = panelSection("remarks", "");
const remarks = new Remarks(remarkSection.host, remarkSection.title, bench, keys.shown("remark"));
hands.setRemark((point) => {
  editor.useTool("select");
  remarks.pinAt(point, true);
});

const actions = place("bar-actions");
actions.append(...helpButtons(keys));
if (bench.canLabel) {
  /** @type {{id: string, node: HTMLElement}[]} */
  const ofItem = [];
  const verb = (
    /** @type {string} */ id, /** @type {string} */ look, /** @type {() => void} */ run,
    /** @type {HTMLElement} */ host,
  ) => {
    const node = button({ label: say(id), class: look, key: keys.shown(id), text: true }, run);
    if (id !== "submit") ofItem.push({ id, node });
    host.append(node);
  };
  verb("submit", "plain", () => verbs.submit(), actions);
  verb("skip_item", "plain wide-only", () => verbs.skip(), actions);
  verb("confirm", "primary wide-only", () => verbs.confirm(), actions);
  verb("skip_item", "plain", () => verbs.skip(), place("thumbs"));
  verb("confirm", "primary", () => verbs.confirm(), place("thumbs"));
  editor.addEventListener("item", () => {
    if (!editor.item) return;
    for (const { id, node } of ofItem) {
      const can = id === "skip_item" ? bench.mayChange(editor.item) : !editor.readOnly;
      node.setAttribute("aria-disabled", String(!can));
    }
  });
}

function drawNotice() {
  const { item } = editor;
  const host = place("notice");
  host.replaceChildren();
  if (!item) return;
  const text = bench.decision(item);
  if (item.state === "accepted") host.append(notice("good", say("locked", { text }), "lock"));
  else if (item.state === "rejected") host.append(notice("bad", text, "warning"));
  else if (item.skip_reason && item.state === "done") {
    host.append(notice("info", say("skipped", { reason: item.skip_reason }), "skip"));
  } else if (!bench.canLabel) host.append(notice("info", say("only_looking"), "lock"));
}

function drawCounts() {
  const total = items.all.length;
  const of = (/** @type {string} */ state) => items.count((item) => item.state === state);
  const decided = { accepted: of("accepted"), rejected: of("rejected") };
  const figures = `${total - items.count(isToDo)} / ${total}`;
  drawProgress({ items: total, done: of("done"), ...decided }, figures);
}

items.addEventListener("changed", () => {
  drawCounts();
  drawNotice();
});
bench.addEventListener("opened", drawNotice);
for (const id of ["toolbar", "panel", "bar", "stage", "thumbs"]) returnFocus(place(id));
drawCounts();
if (bench.canLabel && boot.job.stage === "annotation" && boot.job.state === "new") {
  bench.api.begin(boot.job.id);
}
bench.start();
