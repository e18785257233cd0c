/**
 * Keeping one item's labels on the server: soon after every change, in order, by version.
 *
 * Whatever happens the work is in memory and in a draft of this browser until the server has it.
 */

import { Refused, SessionEnded, Unreachable } from "./api.js";
import { stringify } from "./lossless.js";
import { sameDocument } from "./merging.js";

/** @typedef {import("./types.js").LabelDocument} LabelDocument */
/** @typedef {import("./types.js").Stored} Stored */
/**
 * saved: the server has everything. changed: not sent yet. saving: on its way. waiting: out of
 * reach, tried again by itself. signed-out, refused, conflict: a person has to act.
 * @typedef {"saved"|"changed"|"saving"|"waiting"|"signed-out"|"refused"|"conflict"} SavingState
 */

const PAUSE = 800; // milliseconds after the last change
const FIRST_RETRY = 2000; // milliseconds
const LONGEST_RETRY = 30000;
const LEAVING_BYTES = 60000; // browsers refuse more than 64 KiB in requests that outlive a page

export class Saving extends EventTarget {
  /**
   * @param {import("./types.js").JobItem} item @param {Stored} stored
   * @param {import("./api.js").Api} api @param {import("./drafts.js").Drafts} drafts
   */
  constructor(item, stored, api, drafts) {
    super();
    this.item = item;
    this.api = api;
    this.drafts = drafts;
    this.version = stored.version;
    /** What the server has. */
    this.saved = stored.document;
    this.document = stored.document;
    this.savedAt = stored.updated_at;
    this.savedBy = stored.updated_by;
    /** @type {SavingState} */
    this.state = "saved";
    /** @type {string} why it is not saved, for a person */
    this.message = "";
    /** @type {Stored|null} what somebody else saved meanwhile */
    this.theirs = null;
    this.draftKept = true;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer = undefined;
    /** @type {Promise<void>|null} */
    this.running = null;
    this.retryAfter = FIRST_RETRY;
  }

  /** @returns {boolean} whether the server lacks something */
  get isDirty() {
    return this.document !== this.saved;
  }

  /** @param {SavingState} state @param {string} [message] */
  #become(state, message = "") {
    this.state = state;
    this.message = message;
    this.dispatchEvent(new Event("state"));
  }

  /** @param {LabelDocument} document */
  change(document) {
    if (document === this.document) return;
    this.document = document;
    if (!this.isDirty) {
      this.drafts.remove(this.item.id);
      if (this.state === "changed" || this.state === "refused") this.#become("saved");
      return;
    }
    this.draftKept = this.drafts.write(this.item.id, this.version, document, this.saved);
    if (this.state === "conflict" || this.state === "signed-out") return;
    if (this.state !== "saving") this.#become("changed");
    this.#later(PAUSE);
  }

  /** @param {number} delay milliseconds */
  #later(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save().catch(() => {}), delay);
  }

  /**
   * Sends what is not sent yet.
   * @returns {Promise<void>} when the server has everything
   * @throws {Error} with the reason, for a person, when it has not
   */
  async save() {
    clearTimeout(this.timer);
    if (this.state === "conflict") throw new Error(this.message);
    this.running ??= this.#saveAll().finally(() => (this.running = null));
    await this.running;
  }

  async #saveAll() {
    while (this.isDirty) {
      const sent = this.document;
      this.#become("saving");
      try {
        const answer = await this.api.saveAnnotation(this.item.id, this.version, stringify(sent));
        this.#accepted(sent, answer);
      } catch (error) {
        this.#failed(sent, /** @type {Error} */ (error));
        // A conflict that turned out to be none leaves the labels saved: the loop may end well.
        if (this.state !== "saved" && this.state !== "changed") throw error;
      }
    }
    this.#become("saved");
  }

  /** @param {LabelDocument} sent @param {Stored} answer */
  #accepted(sent, answer) {
    this.version = answer.version;
    this.saved = sent;
    this.savedAt = answer.updated_at ?? new Date().toISOString();
    this.savedBy = answer.updated_by;
    this.retryAfter = FIRST_RETRY;
    if (this.isDirty) this.drafts.write(this.item.id, this.version, this.document, this.saved);
    else this.drafts.remove(this.item.id);
  }

  /** @param {LabelDocument} sent @param {Error} error */
  #failed(sent, error) {
    if (error instanceof Refused && error.isConflict && "document" in error.body) {
      this.#conflict(sent, error);
      return;
    }
    if (error instanceof SessionEnded) {
      this.#become("signed-out", error.message);
    } else if (error instanceof Unreachable) {
      this.#become("waiting", error.message);
      this.#later(this.retryAfter);
      this.retryAfter = Math.min(this.retryAfter * 2, LONGEST_RETRY);
    } else {
      this.#become("refused", error.message);
      this.dispatchEvent(new Event("refused"));
    }
  }

  /** @param {LabelDocument} sent @param {Refused} refusal with what the server holds */
  #conflict(sent, refusal) {
    /** @type {Stored} */
    const theirs = refusal.body;
    if (sameDocument(theirs.document, sent)) {
      // Our own request had arrived and its answer had not, or both did the same.
      this.#accepted(sent, theirs);
      this.state = "changed";
      return;
    }
    this.theirs = theirs;
    this.#become("conflict", refusal.message);
    this.dispatchEvent(new Event("conflict"));
  }

  /**
   * Ends a conflict: from here on the labels are based on what the other one saved.
   * @param {LabelDocument} document theirs, mine or both
   */
  settle(document) {
    if (!this.theirs) return;
    const { theirs } = this;
    this.theirs = null;
    this.version = theirs.version;
    this.saved = theirs.document;
    this.savedAt = theirs.updated_at;
    this.savedBy = theirs.updated_by;
    this.document = theirs.document;
    this.#become("saved");
    this.drafts.remove(this.item.id);
    this.change(document);
    if (this.isDirty) this.save().catch(() => {});
  }

  /** Tries again at once: the network is back, or somebody signed in. */
  retry() {
    if (this.state === "waiting" || this.state === "signed-out") {
      this.retryAfter = FIRST_RETRY;
      this.save().catch(() => {});
    }
  }

  /** The page goes away: sends the last changes with a request that outlives it. */
  leave() {
    if (!this.isDirty || this.running || this.state === "conflict") return;
    const text = stringify(this.document);
    if (new Blob([text]).size > LEAVING_BYTES) return; // the draft has it, and is offered next time
    const sent = this.document;
    clearTimeout(this.timer);
    this.running = this.api
      .saveAnnotation(this.item.id, this.version, text, { leaving: true })
      .then((answer) => {
        this.#accepted(sent, answer);
        this.#become(this.isDirty ? "changed" : "saved");
      })
      .catch((error) => this.#failed(sent, error))
      .finally(() => (this.running = null));
  }
}
