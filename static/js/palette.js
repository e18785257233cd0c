// Ctrl+K: go to a page, a project, a job, a person, or press a button of this page.
// The server answers `?q=` with {"results": [{"label", "kind", "url"}]}.

import { bind } from "./keys.js";
import { closeMenus } from "./menus.js";

const PAUSE = 150;
let current = 0;
let shown = [];
let timer = 0;
let asked = null;

const box = () => document.getElementById("palette");
const input = () => box().querySelector("input");
const list = () => document.getElementById("palette-results");

/** Pages of the sidebar and verbs of this page: known without asking anybody. */
function own() {
  const pages = [...document.querySelectorAll(".nav-link")].map((link) => ({
    label: link.querySelector(".nav-label").textContent,
    kind: "",
    url: link.href,
  }));
  const verbs = [...document.querySelectorAll("main [data-verb]:not(form)")]
    .filter((button) => !button.closest("table, [data-bulk]"))
    .map((button) => ({ label: button.textContent.trim(), kind: "", press: button }));
  return [...verbs, ...pages];
}

function fits(label, query) {
  const text = label.toLowerCase();
  return query.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function option(result, index) {
  const item = document.createElement("li");
  item.id = `palette-option-${index}`;
  item.className = "palette-option";
  item.setAttribute("role", "option");
  const label = document.createElement("span");
  label.className = "ellipsis";
  label.textContent = result.label;
  const kind = document.createElement("span");
  kind.className = "palette-kind";
  kind.textContent = result.kind;
  item.append(label, kind);
  item.addEventListener("click", () => go(result));
  item.addEventListener("pointermove", () => mark(index));
  return item;
}

function draw(results) {
  shown = results.slice(0, 30);
  list().replaceChildren(...shown.map(option));
  box().querySelector(".palette-empty").hidden = shown.length > 0;
  mark(0);
}

function mark(index) {
  current = Math.max(0, Math.min(index, shown.length - 1));
  [...list().children].forEach((item, at) => {
    item.setAttribute("aria-selected", String(at === current));
    if (at === current) item.scrollIntoView({ block: "nearest" });
  });
  if (shown.length) input().setAttribute("aria-activedescendant", `palette-option-${current}`);
  else input().removeAttribute("aria-activedescendant");
}

function go(result) {
  box().close();
  if (result.press) result.press.click();
  else if (result.url) location.assign(result.url);
}

async function ask(query) {
  const near = own().filter((result) => fits(result.label, query));
  draw(near);
  const url = document.querySelector("[data-palette]")?.dataset.palette;
  if (!url || !query) return;
  asked?.abort();
  asked = new AbortController();
  const target = new URL(url, location.href);
  target.searchParams.set("q", query);
  const answer = await fetch(target, {
    headers: { Accept: "application/json" },
    signal: asked.signal,
  }).catch(() => null);
  if (!answer?.ok || input().value.trim() !== query) return;
  const { results } = await answer.json();
  const kept = current;
  draw([...near, ...results]);
  mark(kept);
}

function open() {
  if (!box() || box().open) return;
  closeMenus();
  input().value = "";
  draw(own());
  box().showModal();
  input().focus();
}

/** Ctrl+K and the search button open it; arrows and Enter choose. */
export function startPalette() {
  if (!box()) return;
  bind("Ctrl+K", open, { inFields: true });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette]")) open();
  });
  input().addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask(input().value.trim()), PAUSE);
  });
  input().addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in steps) mark(current + steps[event.key]);
    else if (event.key === "Enter" && shown[current]) go(shown[current]);
    else return;
    event.preventDefault();
  });
}
