/**
 * The bar on top: how far the job is, and whether the work is safe.
 */

import { button, html, icon, place } from "./elements.js";
import { ago, exactTime, say, sayCount } from "./strings.js";

/** @typedef {import("./saving.js").Saving} Saving */

const TICK = 1000; // milliseconds between two looks at the clock

const SIGNS = {
  saved: "check", changed: "forward", saving: "forward", waiting: "warning",
  "signed-out": "warning", refused: "warning", conflict: "warning",
};

/** Says whether the open item is saved, and how many others still wait. */
export class SavingIndicator {
  /**
   * @param {{signIn: string, onConflict: (saving: Saving) => void, unsaved: () => Saving[]}} page
   */
  constructor(page) {
    this.page = page;
    this.host = place("saving");
    /** @type {Saving|null} */
    this.saving = null;
    this.signature = "";
    setInterval(() => this.draw(), TICK);
  }

  /** @param {Saving|null} saving of the open item */
  show(saving) {
    this.saving = saving;
    this.draw();
  }

  draw() {
    const { saving, host } = this;
    const others = this.page.unsaved().filter((one) => one !== saving);
    const worst = saving && saving.state !== "saved" ? saving : (others[0] ?? saving);
    const text = worst ? this.#words(worst, others.length) : "";
    const signature = `${worst?.state} ${text} ${worst?.item.id}`;
    if (signature === this.signature) return;
    const before = this.signature.split(" ")[0];
    this.signature = signature;
    host.replaceChildren();
    if (!worst) return;
    host.dataset.state = worst.state;
    host.title = worst.savedAt ? exactTime(worst.savedAt) : "";
    const blank = worst.state === "saved" && !worst.savedAt;
    if (!blank) host.append(icon(/** @type {any} */ (SIGNS[worst.state])));
    host.append(html("span", {}, text));
    const action = this.#action(worst);
    if (action) host.append(action);
    // Readers of the screen hear of trouble and of its end, not of every second.
    const calm = ["saved", "changed", "saving", "undefined", ""];
    const news = worst.state !== before && !(calm.includes(before) && calm.includes(worst.state));
    if (news) place("live").textContent = text;
  }

  /** @param {Saving} saving @param {number} others @returns {string} */
  #words(saving, others) {
    const { state, savedAt, savedBy } = saving;
    if (state === "saved") {
      if (!savedAt) return say("not_labeled");
      const own = Date.now() - new Date(savedAt).getTime() < 5000 ? "" : savedBy;
      const when = ago(savedAt);
      return own ? say("saved_by", { when, who: own }) : say("saved", { when });
    }
    const more = others > 0 && state !== "saving" ? ` ${sayCount("others_unsaved", others)}` : "";
    const kept = saving.draftKept ? "" : ` ${say("no_draft")}`;
    return say(`saving_${state.replace("-", "_")}`) + more + (state === "waiting" ? kept : "");
  }

  /** @param {Saving} saving @returns {HTMLElement|null} */
  #action(saving) {
    if (saving.state === "waiting") {
      return button({ label: say("try_now"), class: "plain" }, () => saving.retry());
    }
    if (saving.state === "conflict") {
      const look = { label: say("look_at_both"), class: "plain" };
      return button(look, () => this.page.onConflict(saving));
    }
    if (saving.state === "signed-out") {
      const href = this.page.signIn;
      return html("a", { href, target: "_blank", class: "button small" }, say("sign_in"));
    }
    return null;
  }
}

/**
 * One bar of accepted, done, rejected and left, with its figures beside it.
 * @param {{items: number, done: number, accepted: number, rejected: number}} counts `done` without
 *   the accepted ones
 * @param {string} figures
 */
export function drawProgress(counts, figures) {
  const bar = html("span", { class: "job-meter", "aria-hidden": "true" });
  for (const name of /** @type {const} */ (["accepted", "done", "rejected"])) {
    const part = html("span", { class: `job-meter-${name}` });
    part.style.setProperty("flex-grow", String(counts[name]));
    bar.append(part);
  }
  const left = html("span", { class: "job-meter-left" });
  left.style.setProperty("flex-grow", String(
    Math.max(0, counts.items - counts.accepted - counts.done - counts.rejected)));
  bar.append(left);
  place("progress").replaceChildren(bar, html("span", { class: "figures" }, figures));
}
