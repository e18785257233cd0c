/**
 * Building elements. Text always goes in as text, never as markup.
 */

const SVG = "http://www.w3.org/2000/svg";

/** Outlines on a grid of 24, drawn with the current colour. */
const ICONS = {
  select: "M5 3l14 8-6 2-3 6z",
  rectangle: "M4 6h16v12H4z",
  polygon: "M12 3l9 7-4 10H7L3 10z",
  polyline: "M3 18l6-9 5 6 7-11",
  point: "M12 9a3 3 0 100 6 3 3 0 000-6zM12 2v4M12 18v4M2 12h4M18 12h4",
  bitmap: "M5 14c-2-5 3-9 7-8s9 3 7 8-4 4-7 4-6 1-7-4z",
  track: "M3 7h8v8H3zM13 9h8v8h-8M11 12h4",
  hand:
    "M8 13V6a1.5 1.5 0 013 0v5-7a1.5 1.5 0 013 0v7-5a1.5 1.5 0 013 0v9c0 4-2 6-5 6" +
    "-4 0-5-2-8-7-1-2 1-3 2-2z",
  remark: "M4 5h16v11H10l-4 4v-4H4z",
  undo: "M9 7L4 12l5 5M4 12h10a6 6 0 016 6",
  redo: "M15 7l5 5-5 5M20 12H10a6 6 0 00-6 6",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  shown: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 100 6 3 3 0 000-6z",
  hidden: "M3 3l18 18M6 7c-3 2-4 5-4 5s4 7 10 7c2 0 4-1 5-2M10 5c7-1 12 7 12 7l-2 3",
  delete: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  close: "M6 6l12 12M18 6L6 18",
  check: "M4 13l5 5L20 6",
  accepted: "M2 13l4 4L15 7M10 16l1 1L21 7",
  cross: "M6 6l12 12M18 6L6 18",
  back: "M15 5l-7 7 7 7",
  forward: "M9 5l7 7-7 7",
  skip: "M5 5l8 7-8 7zM17 5v14",
  keys: "M3 7h18v10H3zM7 14h10M6.5 10.5h1M10.5 10.5h1M14.5 10.5h1",
  book: "M5 4h12a2 2 0 012 2v14H7a2 2 0 01-2-2zM5 16h14",
  names: "M4 6h16M12 6v13",
  link: "M10 14l4-4M11 7l2-2a4 4 0 016 6l-2 2M13 17l-2 2a4 4 0 01-6-6l2-2",
  lock: "M6 11h12v9H6zM9 11V8a3 3 0 016 0v3",
  warning: "M12 4l9 16H3zM12 10v5M12 17.5v.5",
};

/**
 * @param {Element} node
 * @param {Record<string, any>} attributes `on` maps events to listeners; true is an empty
 *   attribute; false, null and undefined are left out
 * @param {(Node|string|null|undefined|false)[]} children
 */
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [type, listener] of Object.entries(value)) node.addEventListener(type, listener);
    } else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, String(value));
    }
  }
  for (const child of children) if (child || child === "") node.append(child);
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Record<string, any>} [attributes]
 * @param {...(Node|string|null|undefined|false)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function html(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  fill(node, attributes, children);
  return node;
}

/**
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag @param {Record<string, any>} [attributes]
 * @param {...(Node|string|null|undefined|false)} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function svg(tag, attributes = {}, ...children) {
  const node = /** @type {any} */ (document.createElementNS(SVG, tag));
  fill(node, attributes, children);
  return node;
}

/** @param {keyof typeof ICONS} name @returns {SVGSVGElement} hidden from readers of the screen */
export function icon(name) {
  const attributes = { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" };
  return svg("svg", attributes, svg("path", { d: ICONS[name] ?? ICONS.point }));
}

/** @param {string} color "#rrggbb" @returns {SVGSVGElement} a small square of that colour */
export function swatch(color) {
  const square = svg("rect", { x: 1, y: 1, width: 10, height: 10, rx: 2, fill: color });
  return svg("svg", { class: "swatch", viewBox: "0 0 12 12", "aria-hidden": "true" }, square);
}

/** @param {string} key as in the sheet of keys @returns {HTMLElement} */
export const keycap = (key) => html("kbd", { class: "keycap", "aria-hidden": "true" }, key);

/** What a button of the design system is called. */
const LOOKS = {
  primary: "button primary", plain: "button", risky: "button danger", quiet: "button ghost",
};

/** @param {string} names of which the first may be one of LOOKS @param {boolean} written */
function classesOf(names, written) {
  const [first, ...rest] = names.split(" ");
  const square = !written && first !== "tool" ? ["square"] : [];
  return [LOOKS[first] ?? first, ...square, ...rest].join(" ");
}

/**
 * @param {{label: string, icon?: string, key?: string, text?: boolean, class?: string,
 *   attributes?: Record<string, any>}} look `text`: the label is written out, not only a tooltip
 * @param {(event: MouseEvent) => void} onClick
 * @returns {HTMLButtonElement}
 */
export function button(look, onClick) {
  const written = look.text ?? !look.icon;
  const node = html("button", {
    type: "button",
    class: classesOf(look.class ?? "quiet", written),
    title: look.key ? `${look.label} (${look.key})` : look.label,
    "aria-label": written ? null : look.label,
    "aria-keyshortcuts": look.key?.replaceAll(" ", "+") || null,
    ...look.attributes,
    on: { click: onClick },
  });
  if (look.icon) node.append(icon(/** @type {any} */ (look.icon)));
  if (written) node.append(html("span", {}, look.label));
  if (look.key && written) node.append(keycap(look.key));
  return node;
}

/** @param {string} id @returns {HTMLElement} @throws when the template lacks it */
export function place(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`The page lacks #${id}`);
  return node;
}
