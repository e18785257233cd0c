/**
 * What stands in place of a picture that is not here yet: that it is on its way, or why it did not
 * come, with the ways to go on.
 */

import { announce } from "./dialogs.js";
import { button, html, icon, place } from "./elements.js";
import { say } from "./strings.js";

/** @typedef {import("./workbench.js").Workbench} Workbench */
/** @typedef {import("./types.js").JobItem} JobItem */

/**
 * @param {Workbench} bench
 * @param {() => void} [skip] what a person who may label can do without the picture
 */
export function drawAbsent(bench, skip) {
  const card = html("div", { class: "absent-card", hidden: true });
  place("stage").append(card);

  /** @param {...(Node|null|false)} parts */
  const show = (...parts) => {
    card.replaceChildren(...parts.filter((part) => part instanceof Node));
    card.hidden = parts.length === 0;
  };
  for (const over of ["closed", "failed"]) bench.addEventListener(over, () => show());
  bench.addEventListener("bringing", () => {
    const item = bench.items.current;
    const words = say("bringing", { host: item?.host ?? "" });
    show(html("span", { class: "spinner", "aria-hidden": "true" }), html("p", {}, words));
    announce(words);
  });
  bench.addEventListener("opened", () => {
    const { item } = bench.editor;
    if (!item?.away) show();
    else {
      show(icon("warning"), ...refusal(bench, item, skip));
      announce(item.problem ?? "");
    }
  });
}

/**
 * @param {Workbench} bench @param {JobItem} item @param {(() => void)|undefined} skip
 * @returns {Node[]}
 */
function refusal(bench, item, skip) {
  const again = { label: say("try_again"), class: "primary", text: true };
  const choices = [button(again, () => bench.open(item))];
  if (skip && bench.mayChange(item)) {
    choices.push(button({ label: say("skip_with_reason"), class: "plain", text: true }, skip));
  }
  return [
    html("p", { class: "absent-title" }, say("absent_title")),
    html("p", {}, item.problem ?? ""),
    html("p", { class: "absent-hint" }, say("absent_hint")),
    html("div", { class: "row" }, ...choices),
  ];
}
