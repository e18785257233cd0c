/**
 * What an annotator does with items and with the job: confirm, skip, submit.
 */

import { announce, ask, tell } from "./dialogs.js";
import { html } from "./elements.js";
import { Refused } from "./api.js";
import { isToDo } from "./items.js";
import { say, sayCount } from "./strings.js";

/** @typedef {import("./types.js").JobItem} JobItem */

export class Verbs {
  /** @param {import("./workbench.js").Workbench} bench */
  constructor(bench) {
    this.bench = bench;
    this.busy = false;
  }

  /** @returns {boolean} whether the open item may be confirmed or skipped now */
  get able() {
    return !this.busy && this.bench.editor.item !== null && !this.bench.editor.readOnly;
  }

  /** @returns {boolean} whether the open item may be skipped: without its picture, too */
  get canSkip() {
    const { item } = this.bench.editor;
    return !this.busy && item !== null && this.bench.mayChange(item);
  }

  /** The labels of this item are right: saves them, says so, goes on. */
  async confirm() {
    if (this.able) await this.#finish("confirm-item", {});
  }

  /** The item cannot be labeled: asks why, then goes on. */
  async skip() {
    if (!this.canSkip) return;
    const reason = await askReason();
    if (reason !== null) await this.#finish("skip-item", { reason });
  }

  /** @param {string} verb @param {object} data */
  async #finish(verb, data) {
    const { bench } = this;
    const { item } = bench.editor;
    if (!this.canSkip || !item) return;
    this.busy = true;
    document.body.setAttribute("data-busy", verb);
    try {
      bench.settle();
      await bench.sheet?.saving.save();
      const answer = await bench.api.itemVerb(item.id, verb, data);
      bench.items.update(item.id, answer);
      announce(say(`${verb.replace("-", "_")}_done`, { name: item.name }));
      if (bench.items.current === item) await this.#goOn();
    } catch (error) {
      await bench.report(error, item);
    } finally {
      this.busy = false;
      document.body.removeAttribute("data-busy");
    }
  }

  async #goOn() {
    const next = this.bench.items.nearest(isToDo);
    if (next) await this.bench.open(next);
    else {
      const submit = { label: say("submit"), run: () => this.submit() };
      tell(say("all_done"), "warning", submit);
      const { item } = this.bench.editor;
      if (item) this.bench.dispatchEvent(new Event("opened"));
    }
  }

  /** Goes to the next item that is not done. @param {1|-1} [step] */
  next(step = 1) {
    const { items } = this.bench;
    const item = items.nearest(isToDo, step);
    if (item) this.bench.open(item);
    else tell(say("nothing_left"), "info");
  }

  /** Hands the job in; asks first when items are left. */
  async submit() {
    const { bench } = this;
    if (this.busy || !bench.canLabel) return;
    bench.settle();
    try {
      for (const saving of bench.unsaved()) await saving.save();
    } catch (error) {
      await bench.report(error);
      return;
    }
    const left = bench.items.count(isToDo);
    if (left > 0) await this.#askLeft(left);
    else if (await askSubmit(bench.items.all.length)) await this.#handIn({});
  }

  /** @param {number} left */
  async #askLeft(left) {
    const answer = await ask({
      title: say("submit_title"),
      body: [sayCount("submit_left", left)],
      choices: [
        { value: "first", label: say("go_to_first"), primary: true },
        { value: "anyway", label: sayCount("submit_anyway", left), risky: true },
      ],
    });
    if (answer === "anyway") await this.#handIn({ anyway: true });
    if (answer !== "first") return;
    const { items } = this.bench;
    const first = items.all.find(isToDo);
    if (first) await this.bench.open(first);
  }

  /** @param {object} data */
  async #handIn(data) {
    const { bench } = this;
    this.busy = true;
    try {
      await bench.api.jobVerb(bench.boot.job.id, "submit", data);
      location.assign(bench.boot.urls.done);
    } catch (error) {
      // Somebody else's change made items open again: ask with the server's own number.
      const left = error instanceof Refused ? error.body.left : undefined;
      if (left) await this.#askLeft(left);
      else await bench.report(error, bench.items.current ?? undefined);
    } finally {
      this.busy = false;
    }
  }
}

/** @param {number} total @returns {Promise<boolean>} */
async function askSubmit(total) {
  const answer = await ask({
    title: say("submit_title"),
    body: [sayCount("submit_all", total)],
    choices: [{ value: "submit", label: say("submit"), primary: true }],
  });
  return answer === "submit";
}

/** @returns {Promise<string|null>} */
async function askReason() {
  const input = html("input", { type: "text", maxlength: 1000, required: true });
  const quick = ["skip_blurry", "skip_empty", "skip_unsure"].map((key) => {
    const fill = { click: () => ((input.value = say(key)), input.focus()) };
    return html("button", { type: "button", class: "choice", on: fill }, say(key));
  });
  const check = () => {
    input.setAttribute("aria-invalid", String(input.value.trim() === ""));
    if (input.value.trim() === "") input.focus();
    return input.value.trim() !== "";
  };
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    if (check()) input.closest("dialog")?.close("skip");
  });
  const answer = await ask({
    title: say("skip_title"),
    body: [
      html("label", {}, html("span", {}, say("reason")), input),
      html("div", { class: "choices" }, ...quick),
    ],
    choices: [{ value: "skip", label: say("skip_item"), primary: true, check }],
    focus: input,
  });
  return answer === "skip" ? input.value.trim() : null;
}
