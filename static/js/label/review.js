/**
 * What a reviewer does: accept, reject with a reason, and finish the job one way or another.
 */

import { Refused } from "./api.js";
import { announce, ask, tell } from "./dialogs.js";
import { button, html, keycap } from "./elements.js";
import { isUndecided } from "./items.js";
import { say, sayCount } from "./strings.js";

/** @typedef {import("./types.js").JobItem} JobItem */

const RECENT = "labeldesk.reasons";
const RECENT_KEPT = 4;
const SEEN_AFTER = 300; // milliseconds; a key pressed twice does not accept what nobody has seen

export class Review {
  /** @param {import("./workbench.js").Workbench} bench */
  constructor(bench) {
    this.bench = bench;
    this.busy = false;
    this.goesOn = true;
    this.text = html("textarea", { rows: 2, maxlength: 1000, id: "reason" });
    const common = { role: "group", "aria-label": say("quick_reasons") };
    this.quick = html("div", { class: "choices", ...common });
    this.form = this.#makeForm();
    this.seenFrom = Infinity;
    bench.addEventListener("closed", () => {
      this.seenFrom = Infinity;
      this.closeForm();
    });
    bench.stage.addEventListener("seen", () => (this.seenFrom = performance.now() + SEEN_AFTER));
  }

  /** @returns {boolean} */
  get able() {
    const { bench } = this;
    const seen = performance.now() >= this.seenFrom;
    return bench.boot.mode === "review" && !this.busy && bench.editor.item !== null && seen;
  }

  #makeForm() {
    const look = { type: "submit", class: "button danger" };
    const send = html("button", look, say("reject_now"), keycap("Enter"));
    const cancel = { label: say("cancel"), key: "Esc", class: "plain" };
    const back = button(cancel, () => this.closeForm());
    const form = html(
      "form",
      { class: "reject-form", hidden: true },
      html("label", { for: "reason" }, say("reject_reason")),
      this.text,
      this.quick,
      html("div", { class: "row" }, send, back),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.reject();
    });
    form.addEventListener("keydown", (event) => this.#key(event));
    return form;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const digit = event.altKey && /^Digit([1-9])$/.exec(event.code)?.[1];
    if (event.key === "Escape") this.closeForm();
    else if (digit) this.#useQuick(Number(digit) - 1);
    else if (event.key === "Enter" && !event.shiftKey && event.target === this.text) {
      if (event.isComposing) return;
      this.reject();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @returns {string[]} those used lately in this browser, then the usual ones */
  #reasons() {
    const usual = ["loose", "tight", "missed", "class", "extra"].map((key) => say(`reason_${key}`));
    return [...new Set([...recentReasons(), ...usual])].slice(0, 9);
  }

  /** Asks for the reason. Pressed again it rejects, so that two thumbs never leave their place. */
  openForm() {
    if (!this.able) return;
    if (!this.form.hidden) {
      this.reject();
      return;
    }
    const buttons = this.#reasons().map((reason, index) => {
      const use = { click: () => this.#useQuick(index) };
      const key = `Alt+${index + 1}`;
      const look = { type: "button", class: "choice", title: key, "aria-keyshortcuts": key };
      return html("button", { ...look, on: use }, reason);
    });
    this.quick.replaceChildren(...buttons);
    this.form.hidden = false;
    this.text.value = "";
    this.text.setAttribute("aria-invalid", "false");
    this.form.scrollIntoView({ block: "nearest" });
    this.#focusForm();
  }

  closeForm() {
    if (this.form.hidden) return;
    this.form.hidden = true;
    document.getElementById("stage")?.focus({ preventScroll: true });
  }

  /** @param {number} index */
  #useQuick(index) {
    const reason = this.quick.children[index]?.textContent;
    if (!reason) return;
    const said = this.text.value.trim();
    this.text.value = said === "" ? reason : `${said}; ${reason}`;
    this.#focusForm();
  }

  /** On a phone the keyboard on the screen stays away until the text is touched. */
  #focusForm() {
    const touched = matchMedia("(pointer: coarse)").matches;
    const first = /** @type {HTMLElement} */ (this.quick.firstElementChild ?? this.text);
    if (!touched) this.text.focus();
    else if (!this.form.contains(document.activeElement)) first.focus();
  }

  async accept() {
    await this.#decide("accept-item", {});
  }

  async reject() {
    const reason = this.text.value.trim();
    this.text.setAttribute("aria-invalid", String(reason === ""));
    if (reason === "") {
      announce(say("reason_needed"));
      this.text.focus();
      return;
    }
    keepReason(reason);
    await this.#decide("reject-item", { reason });
  }

  /** @param {string} verb @param {object} data */
  async #decide(verb, data) {
    const { bench } = this;
    const { item } = bench.editor;
    if (!this.able || !item) return;
    this.busy = true;
    document.body.setAttribute("data-busy", verb);
    try {
      const decision = { ...data, version: item.version };
      const answer = await bench.api.itemVerb(item.id, verb, decision);
      bench.items.update(item.id, { decided_by: bench.boot.me, reason: "", ...data, ...answer });
      announce(say(verb === "accept-item" ? "accepted" : "rejected", { name: item.name }));
      this.closeForm();
      if (bench.editor.item === item) await this.#goOn();
    } catch (error) {
      if (error instanceof Refused && error.isConflict) bench.items.update(item.id, error.body);
      await bench.report(error, item);
    } finally {
      this.busy = false;
      document.body.removeAttribute("data-busy");
    }
  }

  async #goOn() {
    const { bench } = this;
    const next = bench.items.nearest(isUndecided);
    if (next && this.goesOn) await bench.open(next);
    else bench.dispatchEvent(new Event("opened"));
    if (!next) tell(say("all_decided"));
  }

  /** @param {1|-1} [step] */
  next(step = 1) {
    const item = this.bench.items.nearest(isUndecided, step);
    if (item) this.bench.open(item);
    else tell(say("all_decided"));
  }

  async complete() {
    const left = this.bench.items.count(isUndecided);
    if (left === 0) await this.#job("complete", {});
    else await this.#askRest(left);
  }

  /** @param {number} left undecided items */
  async #askRest(left) {
    const answer = await ask({
      title: say("complete_title"),
      body: [sayCount("complete_left", left)],
      choices: [
        { value: "rest", label: sayCount("complete_rest", left), primary: true },
        { value: "first", label: say("go_to_first") },
      ],
    });
    if (answer === "rest") await this.#job("complete", { accept_rest: true });
    if (answer === "first") this.next();
  }

  async sendBack() {
    await this.#job("send-back", {});
  }

  async restart() {
    const count = this.bench.items.count(({ state }) => state === "rejected");
    const answer = await ask({
      title: say("restart_title"),
      body: [sayCount("restart_explain", count)],
      choices: [{ value: "restart", label: sayCount("restart", count), primary: true }],
    });
    if (answer === "restart") await this.#job("restart", {});
  }

  /** @param {string} verb @param {object} data */
  async #job(verb, data) {
    if (this.busy) return;
    const { bench } = this;
    this.busy = true;
    try {
      await bench.api.jobVerb(bench.boot.job.id, verb, data);
      location.assign(bench.boot.urls.review_queue ?? bench.boot.urls.done);
    } catch (error) {
      const left = error instanceof Refused ? error.body.undecided : undefined;
      if (left) await this.#askRest(left);
      else await bench.report(error, bench.items.current ?? undefined);
    } finally {
      this.busy = false;
    }
  }
}

/** @returns {string[]} newest first */
function recentReasons() {
  try {
    const kept = JSON.parse(localStorage.getItem(RECENT) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

/** @param {string} reason */
function keepReason(reason) {
  try {
    const kept = [reason, ...recentReasons().filter((one) => one !== reason)];
    localStorage.setItem(RECENT, JSON.stringify(kept.slice(0, RECENT_KEPT)));
  } catch {
    // A browser that keeps nothing offers the usual reasons.
  }
}
