/**
 * The review page, and the same page for those who may only look.
 */

import { drawAbsent } from "./absent.js";
import { escape } from "./commands.js";
import { button, html, place } from "./elements.js";
import { drawProgress } from "./header.js";
import { isUndecided } from "./items.js";
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
import { ObjectPanel } from "./panels/objects.js";
import { TagPanel } from "./panels/tags.js";
import { Remarks } from "./remarks.js";
import { Review } from "./review.js";
import { readJson, readStrings, say, sayCount } from "./strings.js";
import { drawLook, drawTools, drawZoom } from "./toolbar.js";
import { Workbench } from "./workbench.js";

readStrings();
const bench = new Workbench(readJson("bootstrap"));
const { boot, editor, items, stage } = bench;
const keys = new Keys();
const review = new Review(bench);
const hands = makeHands(bench, () => ({}));
const deciding = boot.mode === "review";

/** @param {number} step */
function beside(step) {
  const item = items.beside(step);
  if (item) bench.open(item);
}

/** @type {import("./keys.js").Command[]} */
const looking = [
  ["escape", ["escape"], () => escape(editor, hands.pointers, hands.crosshair), "group_page"],
  ["tool_select", ["v"], () => editor.useTool("select"), "group_tools"],
  ["tool_hand", ["h"], () => editor.useTool("hand"), "group_tools"],
  ["tool_remark", ["m"], () => editor.useTool("remark"), "group_tools"],
  ["next_item_arrow", ["arrowright", "arrowdown"], () => beside(1), "group_page"],
  ["previous_item_arrow", ["arrowleft", "arrowup"], () => beside(-1), "group_page"],
].map(([id, wanted, run, group]) => /** @type {any} */ ({
  id, keys: wanted, run, group: say(/** @type {string} */ (group)),
  label: say(/** @type {string} */ (id)),
}));

/** @type {import("./keys.js").Command[]} */
const decisions = [
  ["accept", ["a"], () => review.accept()],
  ["reject", ["r"], () => review.openForm()],
  ["next_undecided", ["n"], () => review.next()],
  ["complete", ["ctrl+enter"], () => review.complete()],
].map(([id, wanted, run]) => /** @type {any} */ ({
  id, keys: wanted, run, group: say("group_review"), label: say(/** @type {string} */ (id)),
  once: true,
}));

keys.assign(
  [...(deciding ? decisions : []), ...pageCommands(bench, keys, hands.crosshair), ...looking],
  [],
  "",
);

drawFrame(bench);
drawAbsent(bench);
drawTools(editor, keys, boot.may_comment ? ["select", "hand", "remark"] : ["select", "hand"]);
drawZoom(editor, stage, keys);

const before = html("div", { class: "before", id: "before" });
const verdict = html("p", { class: "verdict", role: "status" });
const counts = html("p", { class: "counts" });
const jobVerbs = html("div", { class: "job-verbs" });

/** @param {HTMLElement} host @param {boolean} withKeys */
function drawDecision(host, withKeys) {
  const key = (/** @type {string} */ id) => (withKeys ? keys.shown(id) : "");
  const text = true;
  host.append(
    button({ label: say("reject"), icon: "cross", key: key("reject"), text, class: "reject" },
      () => review.openForm()),
    button({ label: say("accept"), icon: "check", key: key("accept"), text, class: "accept" },
      () => review.accept()),
  );
}

if (deciding) {
  const section = panelSection("decision", say("decision"));
  const buttons = html("div", { class: "decision-buttons wide-only" });
  drawDecision(buttons, true);
  const goesOn = html("input", { type: "checkbox", checked: true });
  goesOn.addEventListener("change", () => (review.goesOn = goesOn.checked));
  const next = button(
    { label: say("next_undecided"), icon: "forward", key: keys.shown("next_undecided"), text: true,
      class: "plain" },
    () => review.next(),
  );
  const going = html("label", { class: "tag-flag" }, goesOn, html("span", {}, say("goes_on")));
  const onward = html("div", { class: "row" }, next, going);
  section.host.append(verdict, before, buttons, review.form, onward);
  panelSection("job", say("whole_job")).host.append(counts, jobVerbs);
  drawDecision(place("thumbs"), false);
}
const said = panelSection("remarks", "");
const remarks = new Remarks(said.host, said.title, bench, keys.shown("tool_remark"));
hands.setRemark((point) => {
  editor.useTool("select");
  remarks.pinAt(point, true);
});
const list = panelSection("objects", "");
drawLook(list.host, editor, keys);
new ObjectPanel(list.host, list.title, editor, (object) => stage.nameOf(object));
new TagPanel(panelSection("image-tags", say("image_tags")).host, "image", editor, keys);

place("bar-actions").append(...helpButtons(keys));

const completing = (/** @type {string} */ look, /** @type {string} */ key) =>
  button({ label: say("complete"), class: look, key, text: true }, () => review.complete());
/** Opened by its address, a job may still wait for its review. */
async function beginReview() {
  try {
    await bench.api.jobVerb(boot.job.id, "start-review", {});
    location.reload();
  } catch (error) {
    await bench.report(error);
  }
}

if (!deciding && boot.may_begin) {
  const begin = { label: say("begin_review"), class: "primary", text: true };
  place("bar-actions").append(button(begin, beginReview));
}
if (deciding) place("bar-actions").append(completing("primary wide-only", keys.shown("complete")));

function drawItem() {
  const { item } = editor;
  place("notice").replaceChildren();
  before.replaceChildren();
  if (!item) return;
  const told = bench.decision(item);
  const decided = item.state === "accepted" || item.state === "rejected";
  verdict.textContent = say(`state_${item.state}`);
  verdict.dataset.state = item.state;
  if (told) before.append(html("p", { class: decided ? "told" : "told earlier" }, told));
  if (item.skip_reason) {
    place("notice").append(notice("info", say("skipped", { reason: item.skip_reason }), "skip"));
  } else if (!deciding) {
    const tone = { accepted: "good", rejected: "bad" }[item.state] ?? "info";
    place("notice").append(notice(tone, told || say(boot.may_begin ? "not_begun" : "only_looking"), "lock"));
  }
}

function drawCounts() {
  const of = (/** @type {string} */ state) => items.count((item) => item.state === state);
  const [accepted, rejected] = [of("accepted"), of("rejected")];
  const undecided = items.count(isUndecided);
  const words = [
    sayCount("count_accepted", accepted),
    sayCount("count_rejected", rejected),
    sayCount("count_left", undecided),
  ].join("  ");
  counts.textContent = words;
  drawProgress({ items: items.all.length, done: of("done"), accepted, rejected }, words);
  if (!deciding) return;
  const back = sayCount("send_back", rejected);
  const again = sayCount("restart", rejected);
  jobVerbs.replaceChildren(
    completing("primary narrow-only", ""),
    button({ label: back, class: "plain", text: true, attributes: { disabled: rejected === 0 } },
      () => review.sendBack()),
    button({ label: again, class: "plain", text: true, attributes: { disabled: rejected === 0 } },
      () => review.restart()),
  );
}

items.addEventListener("changed", () => {
  drawCounts();
  drawItem();
});
bench.addEventListener("opened", drawItem);
for (const id of ["toolbar", "panel", "bar", "stage", "thumbs"]) returnFocus(place(id));
drawCounts();
bench.start();
