// Short messages at the edge of the page. Good news leaves by itself; errors stay until read.

const SECONDS = { success: 6, info: 6, warning: 12 };
const UNDO_SECONDS = 12;
const ICONS = { success: "check-circle", warning: "alert", error: "alert", info: "info" };
const MOST = 4;

function words(name) {
  return document.getElementById("strings")?.dataset[name] ?? "";
}

/** Show one message. `undo` is the URL whose POST takes the change back. */
export function showToast({ message, level = "success", undo = "" }) {
  const region = document.getElementById("toasts");
  const template = document.getElementById("toast-template");
  if (!region || !template || !message) return;
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.classList.add(`toast-${level}`);
  toast.dataset.toast = level;
  toast.querySelector("p").textContent = message;
  toast.querySelector("use").setAttribute("href", `${document.body.dataset.icons}#${ICONS[level] ?? "info"}`);
  const form = toast.querySelector("form");
  if (undo) {
    form.action = undo;
    form.elements.next.value = location.pathname + location.search;
  } else form.remove();
  surface(region);
  while (region.childElementCount >= MOST) region.firstElementChild.remove();
  region.append(toast);
  live(toast);
}

/** An open dialog covers the page: messages then stand in it, where they can be seen and clicked. */
function surface(region) {
  const home = document.querySelector("dialog[open]") ?? document.body;
  if (region.parentElement !== home) home.append(region);
}

/** Say what went wrong with a request, in the server's words where it sent any. */
export async function showProblem(answer) {
  if (!answer) {
    showToast({ message: words("network"), level: "error" });
    return;
  }
  const said = toastsOf(answer.headers.get("HX-Trigger"));
  if (said.length) said.forEach(showToast);
  else showToast({ message: await reason(answer), level: "error" });
}

async function reason(answer) {
  if (answer.headers.get("Content-Type")?.includes("json")) {
    const body = await answer.json().catch(() => null);
    if (body?.detail) return body.detail;
  }
  return byStatus(answer.status);
}

function byStatus(status) {
  if (status === 401) return words("signedOut");
  if (status === 403) return words("forbidden");
  if (status === 404) return words("missing");
  return words("refused");
}

function toastsOf(header) {
  try {
    return [JSON.parse(header ?? "{}").toast ?? []].flat();
  } catch {
    return [];
  }
}

function live(toast) {
  const level = toast.dataset.toast;
  const seconds = toast.querySelector("form") ? UNDO_SECONDS : SECONDS[level];
  if (!seconds) return;
  let timer = 0;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => toast.remove(), seconds * 1000);
  };
  // Nobody shall lose a message, or the undo, while reading it or reaching for it.
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, () => clearTimeout(timer));
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, wait);
  wait();
}

/** Messages of the page, of htmx's answers and of its failures. */
export function startToasts() {
  for (const toast of document.querySelectorAll("[data-toast]")) live(toast);
  document.addEventListener("click", (event) => {
    if (event.target.closest(".toast [data-close]")) event.target.closest(".toast").remove();
  });
  document.addEventListener("toast", (event) => {
    const { value, elt: _source, ...single } = event.detail ?? {};
    for (const each of [value ?? single].flat()) showToast(each);
  });
  document.addEventListener("htmx:responseError", (event) => {
    const answer = event.detail.xhr;
    if (toastsOf(answer.getResponseHeader("HX-Trigger")).length) return;
    showToast({ message: byStatus(answer.status), level: "error" });
  });
  document.addEventListener("close", () => surface(document.getElementById("toasts")), true);
  document.addEventListener("htmx:sendError", () => showProblem(null));
}
