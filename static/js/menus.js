// Drop-down menus are <details class="menu">: they open without us. We close them, and move in them.

const OPEN = "details.menu[open]";

/** Close all open menus except those around `kept`. */
export function closeMenus(kept = null) {
  for (const menu of document.querySelectorAll(OPEN)) {
    if (!kept || !menu.contains(kept)) menu.open = false;
  }
}

/** Keep an opened menu inside the window. */
function place(menu) {
  const list = menu.querySelector(":scope > .menu-list");
  if (!list) return;
  const { left, right } = list.getBoundingClientRect();
  if (right > innerWidth - 4 && !menu.classList.contains("menu-end")) menu.classList.add("menu-end");
  else if (left < 4) menu.classList.remove("menu-end");
}

function move(menu, step) {
  const items = [...menu.querySelectorAll(".menu-item")].filter((item) => item.offsetParent);
  if (!items.length) return;
  const at = items.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : items.length - 1) : (at + step + items.length) % items.length;
  items[next].focus();
}

/** Outside click and Escape close; arrows move among the entries. */
export function startMenus() {
  document.addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener("focusin", (event) => closeMenus(event.target));
  document.addEventListener(
    "toggle",
    (event) => {
      if (event.target.matches?.(OPEN)) place(event.target);
    },
    true,
  );
  document.addEventListener("keydown", (event) => {
    const menu = document.activeElement?.closest?.(OPEN) ?? document.querySelector(OPEN);
    if (!menu) return;
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary")?.focus();
      event.stopPropagation();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (document.activeElement?.matches("input, select, textarea")) return;
      event.preventDefault();
      move(menu, event.key === "ArrowDown" ? 1 : -1);
    }
  });
}
