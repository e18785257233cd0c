// Keyboard shortcuts: one registry, from which the `?` sheet is drawn.

const bindings = [];

/**
 * Bind a key. `spec` is what the sheet shows: "j", "Shift+X", "Ctrl+K", "Enter".
 * The handler may return false to say that it did not want the key.
 */
export function bind(spec, handler, { inFields = false, label = "", group = "" } = {}) {
  bindings.push({ ...parsed(spec), spec, handler, inFields, label, group });
}

/** "Ctrl+K" as what a keydown event says. Ctrl is the command key on a Mac. */
export function parsed(spec) {
  const parts = spec === "+" ? ["+"] : spec.split("+");
  const key = parts.at(-1);
  return {
    key: key.length === 1 ? key.toLowerCase() : key,
    ctrl: parts.includes("Ctrl"),
    shift: parts.includes("Shift"),
    alt: parts.includes("Alt"),
  };
}

/** Whether the person is writing, so that letters are text. */
export function isTyping(target) {
  if (!target?.matches) return false;
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target.matches("input:not([type=checkbox], [type=radio], [type=button], [type=submit])");
}

function matches(binding, event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const isLetter = /^[a-z0-9]$/.test(key);
  return (
    binding.key === key &&
    binding.ctrl === (event.ctrlKey || event.metaKey) &&
    binding.alt === event.altKey &&
    // Signs such as ? already contain the shift key of the reader's keyboard.
    (!isLetter || binding.shift === event.shiftKey)
  );
}

function keyboard(spec) {
  const span = document.createElement("span");
  for (const part of spec === "+" ? ["+"] : spec.split("+")) {
    const key = document.createElement("kbd");
    key.textContent = part;
    span.append(key, " ");
  }
  return span;
}

/** Every shortcut that this page knows, by group: from templates with data-key, then from bind. */
function known() {
  const groups = new Map();
  const add = (group, spec, label) => {
    if (!groups.has(group)) groups.set(group, new Map());
    groups.get(group).set(spec, label);
  };
  for (const template of document.querySelectorAll("#frame-keys, template.key-help")) {
    for (const row of template.content.querySelectorAll("[data-key]")) {
      add(template.dataset.group, row.dataset.key, row.textContent.trim());
    }
  }
  for (const { group, spec, label } of bindings) if (label) add(group, spec, label);
  return groups;
}

function section([name, rows]) {
  const box = document.createElement("section");
  box.className = "keys-group";
  const title = document.createElement("h3");
  title.textContent = name;
  box.append(title);
  for (const [spec, label] of rows) {
    const row = document.createElement("div");
    row.className = "keys-row";
    const words = document.createElement("span");
    words.textContent = label;
    row.append(words, keyboard(spec));
    box.append(row);
  }
  return box;
}

/** Open the sheet of shortcuts. */
export function showKeys() {
  const sheet = document.getElementById("keys");
  if (!sheet || sheet.open) return;
  document.getElementById("keys-body").replaceChildren(...[...known()].map(section));
  sheet.showModal();
}

/** Listen for all bound keys. */
export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const isBehindDialog = document.querySelector("dialog[open]");
    for (const binding of bindings) {
      if (!matches(binding, event)) continue;
      if (!binding.inFields && (isTyping(event.target) || isBehindDialog)) continue;
      if (binding.handler(event) === false) continue;
      event.preventDefault();
      return;
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) showKeys();
  });
  bind("?", showKeys);
}
