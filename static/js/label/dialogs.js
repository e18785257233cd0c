/**
 * Dialogs and messages: what the page says and asks.
 */

import { button, html, icon, place } from "./elements.js";
import { say } from "./strings.js";

/**
 * @typedef {object} Choice
 * @property {string} value what the dialog answers
 * @property {string} label
 * @property {boolean} [primary] @property {boolean} [risky]
 * @property {() => boolean} [check] false keeps the dialog open
 */

/**
 * @param {{title: string, body: (Node|string)[], choices: Choice[], wide?: boolean,
 *   must?: boolean, focus?: HTMLElement}} content `must`: only a choice closes it
 * @returns {Promise<string|null>} the chosen value; null when closed without choosing
 */
export function ask({ title, body, choices, wide, must, focus }) {
  const heading = html("h2", { id: "asked", class: "dialog-title" }, title);
  const content = html("div", { class: "dialog-body" });
  for (const part of body) content.append(typeof part === "string" ? html("p", {}, part) : part);
  const actions = html("div", { class: "dialog-actions" });
  const dialog = html(
    "dialog",
    { class: wide ? "ask wide" : "ask", "aria-labelledby": "asked" },
    heading,
    content,
    actions,
  );
  const buttons = choices.map((choice) => {
    const look = { label: choice.label, class: choice.primary ? "primary" : "plain" };
    if (choice.risky) look.class = "risky";
    return button(look, () => (choice.check?.() ?? true) && dialog.close(choice.value));
  });
  actions.append(...buttons);
  if (!must) {
    const close = { label: say("close"), icon: "close", class: "quiet dialog-close" };
    dialog.append(button(close, () => dialog.close("")));
  }
  document.body.append(dialog);
  const back = document.activeElement;
  return new Promise((resolve) => {
    dialog.addEventListener("cancel", (event) => must && event.preventDefault());
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (back instanceof HTMLElement && back.isConnected) back.focus({ preventScroll: true });
      resolve(dialog.returnValue || null);
    });
    dialog.showModal();
    (focus ?? buttons[choices.findIndex(({ primary }) => primary)] ?? buttons[0])?.focus();
  });
}

const STAYS = { info: 4000, warning: 7000 }; // milliseconds; errors stay until they are read

/**
 * A message in the corner. Errors stay until they are closed.
 * @param {string} message @param {"info"|"warning"|"error"} [level]
 * @param {{label: string, run: () => void}} [action]
 */
export function tell(message, level = "info", action = undefined) {
  const list = place("messages");
  for (const old of list.children) if (old.getAttribute("data-text") === message) old.remove();
  const sign = level === "info" ? "check" : "warning";
  const role = level === "error" ? "alert" : null;
  const box = html(
    "div",
    { class: `message is-${level}`, "data-text": message, role },
    icon(sign),
    html("p", {}, message),
  );
  const remove = () => box.remove();
  if (action) {
    box.append(button({ label: action.label, class: "plain" }, () => {
      remove();
      action.run();
    }));
  }
  box.append(button({ label: say("close"), icon: "close" }, remove));
  list.append(box);
  if (level !== "error") setTimeout(remove, STAYS[level]);
}

/** Says something to those who listen instead of look. @param {string} message */
export function announce(message) {
  place("live").textContent = message;
}
