// What runs on every page: theme, zone, menus, dialogs, toasts, keys, palette, polling.

import { recall, remember } from "./cookies.js";
import { startDialogs } from "./dialogs.js";
import { startKeys } from "./keys.js";
import { startMenus } from "./menus.js";
import { startPalette } from "./palette.js";
import { startPolling } from "./poll.js";
import { startToasts } from "./toasts.js";

/** Tell the server the reader's zone, so that it writes times in it. */
function startZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && recall("zone") !== zone) remember("zone", zone);
}

/** Remember the team whose pages were read last: pages of one object open in it. */
function startTeam() {
  const team = document.body.dataset.team;
  if (team && recall("team") !== team) remember("team", team);
}

/** The three choices of the theme switch. */
function startTheme() {
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-theme-choice]")) return;
    const theme = event.target.value;
    remember("theme", theme);
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  });
}

/** Show at once that a button was pressed, and let no form be sent twice. */
function startForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if ([...form.attributes].some((attribute) => attribute.name.startsWith("hx-"))) return;
    // After this event, so that the button's own name and value still go along.
    setTimeout(() => {
      if (event.defaultPrevented) return;
      form.dataset.sent = "true";
      event.submitter?.classList.add("is-busy");
    });
  });
  // A page that comes back from the browser's memory must be usable again.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll(".is-busy")) button.classList.remove("is-busy");
  });
}

/** What stands behind the bell opens once it is there; a second press closes it. */
function startBell() {
  const isOpen = () => Boolean(document.getElementById("bell-list")?.matches(":popover-open"));
  let wasOpen = false; // the browser closes the list before the press counts as a click
  document.addEventListener("pointerdown", () => (wasOpen = isOpen()), true);
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id !== "bell" || !wasOpen) return;
    wasOpen = false;
    event.preventDefault();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const list = event.target;
    if (list.id === "bell-list" && !isOpen()) list.showPopover();
  });
}

startZone();
startTeam();
startBell();
startTheme();
startForms();
startMenus();
startDialogs();
startToasts();
startKeys();
startPalette();
startPolling();
