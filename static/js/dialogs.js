// The shared dialog: links with data-dialog open their page's form in it. Without scripts the same
// link leads to the same form as a page.

import { csrfToken } from "./cookies.js";
import { closeMenus } from "./menus.js";
import { showProblem } from "./toasts.js";

/** Open the answer of `url` in the shared dialog. */
export async function openDialog(url, options = {}) {
  const dialog = document.getElementById("dialog");
  const answer = await fetch(url, {
    ...options,
    headers: { "HX-Request": "true", "X-CSRFToken": csrfToken(), ...options.headers },
  }).catch(() => null);
  if (!answer || !answer.ok) {
    showProblem(answer);
    return;
  }
  const text = await answer.text();
  htmx.swap("#dialog-body", text, { swapStyle: "innerHTML" });
  show(dialog);
}

function show(dialog) {
  closeMenus();
  if (!dialog.open) dialog.showModal();
  const first = dialog.querySelector(
    "#dialog-body :is([autofocus], input:not([type=hidden]), select, textarea)",
  );
  (first ?? dialog.querySelector("#dialog-body button"))?.focus();
}

function isPlainClick(event) {
  return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
}

/** Forms with formaction and data-dialog send their fields along: bulk verbs that ask something. */
function submitted(button) {
  const data = new FormData(button.form);
  if (button.name) data.set(button.name, button.value);
  return { method: "POST", body: data };
}

/** Links and buttons open it; a click outside, Escape or the event `close-dialog` closes it. */
export function startDialogs() {
  const dialog = document.getElementById("dialog");
  if (!dialog) return;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (link && isPlainClick(event)) {
      event.preventDefault();
      openDialog(link.href);
    } else if (event.target.closest("#dialog [data-close]")) {
      event.preventDefault();
      dialog.close();
    }
  });
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.matches("[data-dialog]")) return;
    event.preventDefault();
    openDialog(button.formAction, submitted(button));
  });
  for (const each of document.querySelectorAll("dialog.dialog")) {
    each.addEventListener("mousedown", (event) => {
      // The backdrop belongs to the dialog, but lies outside its box.
      const box = each.getBoundingClientRect();
      const inside =
        event.clientX >= box.left &&
        event.clientX <= box.right &&
        event.clientY >= box.top &&
        event.clientY <= box.bottom;
      if (event.target === each && !inside) each.close();
    });
  }
  document.addEventListener("close-dialog", () => dialog.close());
  dialog.addEventListener("close", () => document.getElementById("dialog-body").replaceChildren());
}
