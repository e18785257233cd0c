/**
 * The items of the job: where we are, what is done, what comes next.
 *
 * Events: "current" when another item is opened, "changed" when one's state did.
 */

/** @typedef {import("./types.js").JobItem} JobItem */

export class Items extends EventTarget {
  /** @param {JobItem[]} items in the job's order */
  constructor(items) {
    super();
    this.all = items;
    this.index = new Map(items.map((item, index) => [item.id, index]));
    this.at = -1;
  }

  /** @returns {JobItem|null} */
  get current() {
    return this.all[this.at] ?? null;
  }

  /** @param {number|null} id @returns {JobItem|null} */
  byId(id) {
    return id === null ? null : (this.all[this.index.get(id) ?? -1] ?? null);
  }

  /** @param {JobItem} item */
  open(item) {
    this.at = this.index.get(item.id) ?? -1;
    this.dispatchEvent(new Event("current"));
  }

  /** @param {number} step @returns {JobItem|null} */
  beside(step) {
    return this.all[this.at + step] ?? null;
  }

  /**
   * @param {(item: JobItem) => boolean} wanted @param {1|-1} [step]
   * @returns {JobItem|null} the nearest in that direction, then from the other end; not this one
   */
  nearest(wanted, step = 1) {
    const { length } = this.all;
    for (let away = 1; away < length; away += 1) {
      const item = this.all[(((this.at + step * away) % length) + length) % length];
      if (wanted(item)) return item;
    }
    return null;
  }

  /** @param {(item: JobItem) => boolean} wanted @returns {number} */
  count(wanted) {
    return this.all.reduce((sum, item) => sum + (wanted(item) ? 1 : 0), 0);
  }

  /** @param {number} id @param {Partial<JobItem>} facts as the server tells them */
  update(id, facts) {
    const item = this.byId(id);
    if (!item) return;
    for (const name of /** @type {const} */ (
      ["state", "version", "reason", "skip_reason", "decided_by"])) {
      if (name in facts) /** @type {any} */ (item)[name] = facts[name];
    }
    this.tell(item);
  }

  /** @param {JobItem} item was changed */
  tell(item) {
    this.dispatchEvent(new CustomEvent("changed", { detail: item }));
  }
}

/** @param {JobItem} item @returns {boolean} its annotator still has to do it */
export const isToDo = ({ state }) => state === "none" || state === "rejected";

/** @param {JobItem} item @returns {boolean} its reviewer still has to decide */
export const isUndecided = ({ state }) => state === "none" || state === "done";

/** @param {JobItem} item @returns {string} the person's name, or "" */
export const deciderOf = ({ decided_by: by }) =>
  typeof by === "string" ? by : (by?.name ?? "");
