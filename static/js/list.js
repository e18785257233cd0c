// Lists: keyboard, selection and the bulk bar. The URL is the truth; the filter form mirrors it.

import { bind } from "./keys.js";

const list = () => document.querySelector("[data-list]");
const results = () => document.getElementById("results");
const rows = () => [...(results()?.querySelectorAll("[data-key]") ?? [])];
const boxOf = (row) => row?.querySelector('input[name="selected"]');
const boxes = () => [...(results()?.querySelectorAll('input[name="selected"]') ?? [])];

let anchor = null; // the key that a shift-selection starts from
let current = null; // the key of the row that j and k move from
let allMatching = false;

// Moving

function mark(row) {
  for (const each of rows()) each.classList.toggle("is-current", each === row);
  current = row?.dataset.key ?? null;
}

function currentRow() {
  return rows().find((row) => row.dataset.key === current) ?? null;
}

function move(step) {
  const all = rows();
  if (!all.length) return false;
  const at = all.indexOf(currentRow());
  const next = all[Math.max(0, Math.min(at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step, all.length - 1))];
  mark(next);
  const target = next.querySelector(".row-link, a[href]") ?? boxOf(next);
  target?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function openRow(event) {
  if (event.target.closest("a, button, input, summary, select, textarea, label")) return false;
  const link = currentRow()?.querySelector(".row-link");
  if (!link) return false;
  link.click();
  return true;
}

function search() {
  const box = document.getElementById("list-search");
  if (!box) return false;
  box.focus();
  box.select();
  return true;
}

// Selecting

function select(row, on = null) {
  const box = boxOf(row);
  if (!box) return false;
  box.checked = on ?? !box.checked;
  anchor = row.dataset.key;
  update();
  return true;
}

function selectUpTo(row, on = true) {
  const all = rows();
  const from = all.findIndex((each) => each.dataset.key === anchor);
  const to = all.indexOf(row);
  if (to < 0 || !boxOf(row)) return false;
  const [first, last] = from < 0 ? [to, to] : [Math.min(from, to), Math.max(from, to)];
  for (const each of all.slice(first, last + 1)) boxOf(each).checked = on;
  anchor = row.dataset.key;
  update();
  return true;
}

function selectPage(on) {
  for (const box of boxes()) box.checked = on;
  if (!on) allMatching = false;
  update();
  return boxes().length > 0;
}

/** Draw what is selected: the head's box, the bar, its count. */
function update() {
  const bar = document.getElementById("bulk");
  const all = boxes();
  const chosen = all.filter((box) => box.checked).length;
  if (chosen < all.length) allMatching = false;
  const head = results()?.querySelector("[data-select-page]");
  if (head) {
    head.checked = chosen > 0 && chosen === all.length;
    head.indeterminate = chosen > 0 && chosen < all.length;
  }
  if (!bar) return;
  const total = results()?.dataset.total ?? "0";
  bar.classList.toggle("is-open", chosen > 0);
  bar.elements.all_matching.value = allMatching ? "1" : "";
  bar.elements.query.value = results()?.dataset.query ?? "";
  bar.elements.next.value = location.pathname + location.search;
  bar.querySelector("[data-selected]").textContent = allMatching ? total : String(chosen);
  bar.querySelector("[data-total]").textContent = total;
  const isWhole = total === String(all.length);
  bar.querySelector("[data-all-matching]").hidden = allMatching || isWhole || chosen < all.length;
}

// The filter form mirrors the URL after a chip, a header or the back button changed it.

function mirror() {
  const form = document.getElementById("list-form");
  if (!form) return;
  const query = new URLSearchParams(location.search);
  for (const field of form.elements) {
    if (!field.name || field === document.activeElement) continue;
    const values = query.getAll(field.name);
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
    else if (field.multiple) for (const choice of field.options) choice.selected = values.includes(choice.value);
    else field.value = values[0] ?? "";
    // Empty fields that nobody sees shall not be sent.
    if (field.dataset.kept !== undefined) field.disabled = !field.value;
  }
}

/** A chip that was just removed had the focus: the next one, or the filter button, gets it. */
function rescueFocus() {
  if (document.activeElement && document.activeElement !== document.body) return;
  const next = document.querySelector("#list-chips .chip") ?? document.querySelector("#list-filters > summary");
  (next ?? document.getElementById("list-search"))?.focus();
}

function swapped() {
  anchor = null;
  if (currentRow()) mark(currentRow());
  mirror();
  update();
}

function start() {
  if (!list()) return;
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-select-page]")) selectPage(event.target.checked);
    else if (event.target.matches('input[name="selected"]')) update();
  });
  document.addEventListener("click", (event) => {
    const box = event.target.closest('input[name="selected"]');
    if (box) {
      const row = box.closest("[data-key]");
      mark(row);
      if (event.shiftKey && anchor) selectUpTo(row, box.checked);
      else anchor = row.dataset.key;
    } else if (event.target.closest("[data-clear]")) selectPage(false);
    else if (event.target.closest("[data-all-matching]")) {
      allMatching = true;
      update();
    }
  });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("#results [data-key]");
    if (row && row.dataset.key !== current) mark(row);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "results") return;
    swapped();
    // A refresh that nobody asked for takes no focus.
    if (!event.detail.requestConfig?.elt?.hasAttribute("data-quiet")) rescueFocus();
  });
  document.addEventListener("polled", (event) => {
    if (event.target.id === "results") {
      if (currentRow()) mark(currentRow());
      update();
    }
  });
  addEventListener("pageshow", () => {
    mirror();
    update();
  });
  bind("/", search);
  bind("j", () => move(1));
  bind("k", () => move(-1));
  bind("x", () => select(currentRow()));
  bind("Shift+X", () => selectUpTo(currentRow()));
  bind("Ctrl+A", () => selectPage(boxes().some((box) => !box.checked)));
  bind("Enter", openRow);
  update();
}

start();
