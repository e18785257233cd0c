/**
 * Comments on the open item, some of them pinned to a point of the picture.
 */

import { announce } from "./dialogs.js";
import { button, html, svg } from "./elements.js";
import { fixedAt } from "./shapes.js";
import { ago, exactTime, say } from "./strings.js";

/** @typedef {import("./types.js").Point} Point */
/** @typedef {{id: number, author: string|{name: string}, text: string, x: number|null,
 *   y: number|null, created_at: string, resolved_at: string|null,
 *   resolved_by: string|{name: string}|null}} Remark */

/** @param {string|{name: string}|null} person */
const nameOf = (person) => (typeof person === "string" ? person : (person?.name ?? ""));

export class Remarks {
  /**
   * @param {HTMLElement} host @param {HTMLElement} title
   * @param {import("./workbench.js").Workbench} bench @param {string} key that pins one
   */
  constructor(host, title, bench, key) {
    this.bench = bench;
    this.title = title;
    /** @type {Remark[]} */
    this.all = [];
    /** @type {Point|null} where the next one goes */
    this.point = null;
    this.list = html("ol", { class: "remarks" });
    this.text = html("textarea", {
      rows: 2, maxlength: 5000,
      "aria-label": say("remark_text"), placeholder: say("remark_text"),
    });
    this.where = html("p", { class: "hint", hidden: true });
    this.form = this.#form(key);
    host.append(this.list, this.form);
    bench.addEventListener("closed", () => this.#show([]));
    bench.addEventListener("opened", () => this.load());
  }

  /** @param {string} key */
  #form(key) {
    const pin = button({ label: say("tool_remark"), icon: "remark", key }, () =>
      this.bench.editor.useTool("remark"),
    );
    const add = html("button", { type: "submit", class: "button" }, say("remark_add"));
    const send = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.add();
    };
    const form = html(
      "form",
      { class: "remark-form", on: { submit: send } },
      this.text,
      this.where,
      html("div", { class: "row" }, pin, add),
    );
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.add();
      else if (event.key !== "Escape") return;
      else this.#leave();
      event.preventDefault();
      event.stopPropagation();
    });
    // Who may only look is not asked for a comment.
    form.hidden = !this.bench.boot.may_comment;
    return form;
  }

  #leave() {
    this.pinAt(null);
    document.getElementById("stage")?.focus({ preventScroll: true });
  }

  /** @param {Point|null} point @param {boolean} [write] goes on to the text */
  pinAt(point, write = false) {
    this.point = point;
    this.where.hidden = point === null;
    if (point) {
      const [x, y] = point.map(Math.round);
      this.where.textContent = say("remark_at", { x, y });
    }
    this.#pins();
    if (write) this.text.focus();
  }

  async load() {
    const { item } = this.bench.editor;
    if (!item) return;
    try {
      const answer = await this.bench.api.comments(item.id);
      if (this.bench.editor.item === item) this.#show([...(answer.results ?? answer)]);
    } catch (error) {
      if (this.bench.editor.item === item) {
        this.title.textContent = say("remarks_failed");
        const { message } = /** @type {Error} */ (error);
        this.list.replaceChildren(html("li", { class: "hint" }, message));
      }
    }
  }

  async add() {
    const { bench, point } = this;
    const { item } = bench.editor;
    const text = this.text.value.trim();
    if (!item || text === "") {
      this.text.focus();
      return;
    }
    const comment = { job: bench.boot.job.id, job_item: item.id, text };
    try {
      const made = await bench.api.addComment(
        point ? { ...comment, x: point[0], y: point[1] } : comment,
      );
      this.text.value = "";
      if (bench.editor.item === item) this.#show([...this.all, made]);
      this.#leave();
      announce(say("remark_added"));
    } catch (error) {
      // The text stays where it is, so nothing written is lost.
      await bench.report(error);
    }
  }

  /** @param {Remark} remark */
  async #resolve(remark) {
    try {
      await this.bench.api.resolveComment(remark.id);
      announce(say("remark_resolved"));
    } catch (error) {
      await this.bench.report(error);
    }
    await this.load();
  }

  /** @param {Remark[]} all */
  #show(all) {
    this.all = all;
    const open = all.filter(({ resolved_at: at }) => !at).length;
    this.title.textContent = say("remarks_title", { count: open });
    this.list.replaceChildren(...all.map((remark, index) => this.#row(remark, index + 1)));
    this.pinAt(null);
  }

  /** @param {Remark} remark @param {number} number */
  #row(remark, number) {
    const { x, y } = remark;
    const pinned = x !== null && y !== null;
    const look = { label: say("remark_show", { number }), class: "pin-number" };
    const reveal = () => this.bench.editor.viewport.center([Number(x), Number(y)]);
    const sign = pinned ? button(look, reveal) : null;
    if (sign) sign.replaceChildren(String(number));
    sign?.setAttribute("aria-label", look.label);
    const when = html(
      "time",
      { datetime: remark.created_at, title: exactTime(remark.created_at) },
      ago(remark.created_at),
    );
    const head = html("p", { class: "remark-head" }, sign, nameOf(remark.author), " · ", when);
    const row = html(
      "li",
      { class: remark.resolved_at ? "remark resolved" : "remark" },
      head,
      html("p", { class: "remark-text" }, remark.text),
    );
    if (remark.resolved_at) {
      const who = nameOf(remark.resolved_by);
      row.append(html("p", { class: "hint" }, say("remark_resolved_by", { who })));
    } else if (!this.form.hidden) {
      const resolve = { label: say("remark_resolve"), icon: "check", text: true };
      row.append(button({ ...resolve, class: "quiet small" }, () => this.#resolve(remark)));
    }
    return row;
  }

  #pins() {
    const nodes = this.all.flatMap(({ x, y, resolved_at: resolved }, index) => {
      if (x === null || y === null) return [];
      return [this.#pin([x, y], String(index + 1), resolved ? "resolved" : "")];
    });
    if (this.point) nodes.push(this.#pin(this.point, "+", "fresh"));
    this.bench.stage.pins.replaceChildren(...nodes);
  }

  /** @param {Point} point @param {string} sign @param {string} state */
  #pin(point, sign, state) {
    const node = fixedAt(
      point,
      svg("path", { d: "M0 0L-6 -9A10 10 0 1 1 6 -9Z" }),
      svg("text", { x: 0, y: -13 }, sign),
    );
    node.setAttribute("class", `pin ${state}`);
    return node;
  }
}
