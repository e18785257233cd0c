/**
 * What the labeling and the review page share: opens items, keeps their labels and their history,
 * saves, and says what went wrong.
 *
 * Events: "opened" when an item's labels are on the table, "closed" while another is on its way,
 * "bringing" while its picture is fetched from where somebody else keeps it, "failed" when it
 * could not be opened at all.
 */

import { Api, Refused, SessionEnded } from "./api.js";
import { compare } from "./comparing.js";
import { announce, tell } from "./dialogs.js";
import { History } from "./document.js";
import { Drafts } from "./drafts.js";
import { Editor } from "./editor.js";
import { html, place } from "./elements.js";
import { SavingIndicator } from "./header.js";
import { deciderOf, isToDo, isUndecided, Items } from "./items.js";
import { sameDocument, union } from "./merging.js";
import { Rules } from "./rules.js";
import { Saving } from "./saving.js";
import { Stage } from "./stage.js";
import { exactTime, say } from "./strings.js";
import { Viewport } from "./viewport.js";

/** @typedef {import("./types.js").JobItem} JobItem */
/** @typedef {{saving: Saving, history: History}} Sheet one item's labels with their past */

const KEPT_SHEETS = 40; // items whose undo history stays in memory

export class Workbench extends EventTarget {
  /** @param {import("./types.js").Bootstrap} boot */
  constructor(boot) {
    super();
    this.boot = boot;
    this.api = new Api(boot.urls, boot.me);
    this.drafts = new Drafts(boot.me.id);
    this.rules = new Rules(boot.job, boot.classes, boot.tags);
    this.items = new Items(boot.items);
    this.editor = new Editor(this.rules, new Viewport());
    this.stage = new Stage(place("stage"), this.editor);
    /** @type {Map<number, Sheet>} */
    this.sheets = new Map();
    /** @type {Map<number, Promise<void>>} pictures that are on their way */
    this.bringing = new Map();
    /** @type {() => void} finishes what is half drawn; set by whoever makes the tools */
    this.settle = () => {};
    this.opening = 0;
    this.signIn = boot.urls.sign_in;
    this.indicator = new SavingIndicator({
      signIn: this.signIn,
      onConflict: (saving) => this.solve(saving),
      unsaved: () => this.unsaved(),
    });
    this.#listen();
  }

  #listen() {
    const { editor } = this;
    editor.addEventListener("document", () => this.#edited());
    editor.addEventListener("say", (event) => {
      const { message, level } = /** @type {CustomEvent} */ (event).detail;
      tell(message, level);
      announce(message);
    });
    this.items.addEventListener("changed", () => {
      const { item } = editor;
      if (item && this.isReadOnly(item) && !editor.readOnly) editor.lock();
    });
    const retry = () => this.unsaved().forEach((saving) => saving.retry());
    window.addEventListener("online", retry);
    window.addEventListener("focus", retry);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.#leave();
      else retry();
    });
    window.addEventListener("pagehide", () => this.#leave());
    window.addEventListener("beforeunload", (event) => {
      // Only where leaving would cost something: drafts bring the rest back.
      if (this.unsaved().some(({ draftKept }) => !draftKept)) event.preventDefault();
    });
  }

  /** @returns {boolean} */
  get canLabel() {
    return this.boot.mode === "label";
  }

  /** @param {JobItem} item @returns {boolean} whether this person may still do something to it */
  mayChange(item) {
    return this.canLabel && item.state !== "accepted";
  }

  /** Nothing is drawn where no picture is.
   * @param {JobItem} item @returns {boolean} */
  isReadOnly(item) {
    return !this.mayChange(item) || item.away !== null;
  }

  /** @returns {Saving[]} whose labels the server lacks */
  unsaved() {
    return [...this.sheets.values()].map(({ saving }) => saving).filter(({ isDirty }) => isDirty);
  }

  /** @returns {Sheet|null} of the open item */
  get sheet() {
    const id = this.editor.item?.id;
    return id === undefined ? null : (this.sheets.get(id) ?? null);
  }

  /** Opens the item that the address names, else the first that waits for this person. */
  start() {
    const named = Number(new URLSearchParams(location.search).get("item"));
    const { items, boot } = this;
    const waits = { label: isToDo, review: isUndecided, view: () => false }[boot.mode];
    const first = items.all.find(waits) ?? items.all[0];
    const item = items.byId(named) ?? items.byId(boot.start_item) ?? first;
    if (item) this.open(item);
    else place("notice").append(html("p", { class: "desk-notice info" }, say("no_items")));
  }

  #leave() {
    this.unsaved().forEach((saving) => saving.leave());
  }

  #edited() {
    const { editor, sheet } = this;
    if (!sheet || editor.readOnly || editor.previewed) return;
    sheet.saving.change(editor.document);
    this.indicator.draw();
  }

  /** @param {JobItem} item */
  async open(item) {
    this.settle();
    const ticket = ++this.opening;
    this.sheet?.saving.save().catch(() => {});
    this.items.open(item);
    this.editor.close();
    this.indicator.show(null);
    this.dispatchEvent(new Event("closed"));
    this.#remember(item);
    let sheet;
    try {
      if (item.away) this.dispatchEvent(new Event("bringing"));
      await this.#bring(item);
      sheet = await this.#load(item);
    } catch (error) {
      if (ticket === this.opening) this.#failedToOpen(item, error);
      return;
    }
    if (ticket !== this.opening) return;
    this.editor.open(item, sheet.history, this.isReadOnly(item));
    this.indicator.show(sheet.saving);
    this.dispatchEvent(new Event("opened"));
    this.#prefetch();
    if (!this.editor.readOnly) await this.#offerDrafts(item, sheet);
    if (sheet.saving.state === "conflict") this.solve(sheet.saving);
  }

  /** The address names the item, so that a reload or a sent link comes back to it.
   * @param {JobItem} item */
  #remember(item) {
    const url = new URL(location.href);
    url.searchParams.set("item", String(item.id));
    history.replaceState(null, "", url);
  }

  /** @param {JobItem} item @returns {Promise<Sheet>} */
  async #load(item) {
    const kept = this.sheets.get(item.id);
    // What the server does not have yet is newer than anything it could tell.
    if (kept && (kept.saving.isDirty || kept.saving.running)) return kept;
    const stored = await this.api.annotation(item.id);
    if (kept && kept.saving.version === stored.version) return kept;
    const saving = new Saving(item, stored, this.api, this.drafts);
    saving.addEventListener("state", () => this.indicator.draw());
    saving.addEventListener("conflict", () => this.solve(saving));
    saving.addEventListener("refused", () => this.#refused(saving));
    const sheet = { saving, history: new History(stored.document) };
    this.sheets.delete(item.id);
    this.sheets.set(item.id, sheet);
    this.#forgetOld(item.id);
    return sheet;
  }

  /** Says why, and shows what the item has become meanwhile: accepted, perhaps.
   * @param {Saving} saving */
  async #refused({ item, message }) {
    tell(`${item.name}: ${message}`, "error");
    try {
      this.items.update(item.id, await this.api.jobItem(item.id));
    } catch {
      // What was refused has been told; nothing more is known.
    }
  }

  /** @param {number} keep */
  #forgetOld(keep) {
    for (const [id, { saving }] of this.sheets) {
      if (this.sheets.size <= KEPT_SHEETS) return;
      if (id !== keep && !saving.isDirty && !saving.running) this.sheets.delete(id);
    }
  }

  /** @param {JobItem} item @param {any} error */
  #failedToOpen(item, error) {
    this.dispatchEvent(new Event("failed"));
    this.editor.say(say("open_failed", { name: item.name }), "error");
    tell(error.message, "error", { label: say("try_again"), run: () => this.open(item) });
  }

  #prefetch() {
    for (const step of [1, 2, -1]) {
      const beside = this.items.beside(step);
      if (!beside) continue;
      if (!beside.away) new Image().src = beside.image;
      else if (step === 1) this.#bring(beside).catch(() => {});
    }
  }

  /** Makes sure that the picture is here; one that does not come leaves its problem on the item.
   * @param {JobItem} item @returns {Promise<void>} @throws when the server itself is not there */
  #bring(item) {
    if (!item.away) return Promise.resolve();
    const running = this.bringing.get(item.id);
    if (running) return running;
    const began = this.#fetchPicture(item, item.away).finally(() => this.bringing.delete(item.id));
    this.bringing.set(item.id, began);
    return began;
  }

  /** @param {JobItem} item @param {string} url */
  async #fetchPicture(item, url) {
    try {
      Object.assign(item, await this.api.bring(url), { away: null, problem: "" });
      this.items.tell(item);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      item.problem = error.message;
    }
  }

  /** Work that an earlier page could not save. @param {JobItem} item @param {Sheet} sheet */
  async #offerDrafts(item, { saving }) {
    for (const draft of this.drafts.left(item.id)) {
      const { document, base, at } = draft;
      if (sameDocument(document, saving.document) || sameDocument(document, base)) {
        this.drafts.drop(draft.key);
        continue;
      }
      const answer = await compare({
        title: say("draft_title"),
        explain: say(draft.version === saving.version ? "draft_explain" : "draft_explain_changed"),
        item,
        rules: this.rules,
        theirs: this.#side(say("on_server"), saving.savedBy, saving.savedAt, saving.document),
        mine: this.#side(say("in_browser"), this.boot.me.name, at, document),
        words: {
          mine: say("draft_restore"), theirs: say("draft_discard"), both: say("keep_both"),
        },
      });
      if (answer === null || this.editor.item !== item) return;
      if (answer === "mine") this.editor.adopt(document);
      if (answer === "both") this.editor.adopt(union(base, document, saving.document));
      this.drafts.drop(draft.key);
    }
  }

  /**
   * @param {string} title @param {string|null} who @param {string|null} when
   * @param {import("./types.js").LabelDocument} document
   */
  #side(title, who, when, document) {
    return { title, who: who ?? "", when, document };
  }

  /** Somebody else saved this item meanwhile: shows both and lets the person choose.
   * @param {Saving} saving */
  async solve(saving) {
    const { item, theirs } = saving;
    if (!theirs || this.solving) return;
    this.solving = true;
    const who = theirs.updated_by ?? say("somebody");
    const when = theirs.updated_at ? exactTime(theirs.updated_at) : "";
    const answer = await compare({
      title: say("conflict_title", { name: item.name }),
      explain: say("conflict_explain", { who, when }),
      item,
      rules: this.rules,
      theirs: this.#side(say("theirs", { who }), who, theirs.updated_at, theirs.document),
      mine: this.#side(say("mine"), this.boot.me.name, null, saving.document),
      words: { mine: say("keep_mine"), theirs: say("take_theirs"), both: say("keep_both") },
    });
    this.solving = false;
    if (answer === null) return;
    const { document: mine, saved: base } = saving;
    const documents = { mine, theirs: theirs.document, both: union(base, mine, theirs.document) };
    const chosen = documents[answer];
    saving.settle(chosen);
    // A step of its own: undo brings back what was on the table before.
    if (this.editor.item === item) this.editor.adopt(chosen);
    else this.sheets.get(item.id)?.history.push(chosen);
    this.indicator.draw();
  }

  /**
   * Says why something failed and brings the item up to date with the server.
   * @param {any} error @param {JobItem} [item]
   */
  async report(error, item = undefined) {
    if (error instanceof SessionEnded) {
      const open = () => window.open(this.signIn, "_blank", "noopener");
      tell(error.message, "error", { label: say("sign_in"), run: open });
      return;
    }
    tell(error.message, "error");
    announce(error.message);
    if (item && error instanceof Refused && [404, 409].includes(error.status)) {
      await this.refresh(item);
    }
  }

  /** Takes over what the server says about the item and its labels. @param {JobItem} item */
  async refresh(item) {
    try {
      this.items.update(item.id, await this.api.jobItem(item.id));
    } catch {
      return; // the first failure has been told already
    }
    const sheet = this.sheets.get(item.id);
    if (sheet?.saving.isDirty) return;
    this.sheets.delete(item.id);
    if (this.items.current === item) await this.open(item);
  }

  /** @param {JobItem} item @returns {string} who decided what, and why; "" when nobody did */
  decision(item) {
    const who = deciderOf(item) || say("somebody");
    if (item.state === "accepted") return say("accepted_by", { who });
    const rejected = this.canLabel ? "sent_back_by" : "rejected_by";
    if (item.state === "rejected") return say(rejected, { who, reason: item.reason });
    return item.reason ? say("rejected_before", { who, reason: item.reason }) : "";
  }
}
