/**
 * Buttons for the tools, for the zoom, and for what is shown.
 */

import { chooseDrawingTool } from "./editing.js";
import { button, html, place } from "./elements.js";
import { say } from "./strings.js";

/** @typedef {import("./editor.js").Editor} Editor */
/** @typedef {import("./editor.js").ToolName} ToolName */

const ZOOM_STEP = 1.25;

/** @param {Editor} editor @param {ToolName} name */
export function takeTool(editor, name) {
  if (name === "rectangle" || name === "polygon") chooseDrawingTool(editor, name);
  else editor.useTool(name);
}

/**
 * @param {Editor} editor @param {import("./keys.js").Keys} keys
 * @param {ToolName[]} names from top to bottom
 */
export function drawTools(editor, keys, names) {
  const host = place("toolbar");
  const buttons = names.map((name) => {
    const look = { label: say(`tool_${name}`), icon: name, key: keys.shown(name), class: "tool" };
    const node = button(look, () => takeTool(editor, name));
    node.dataset.tool = name;
    return node;
  });
  host.append(...buttons);
  const show = () => {
    for (const node of buttons) {
      const pressed = node.dataset.tool === editor.toolName;
      node.setAttribute("aria-pressed", String(pressed));
      const draws = node.dataset.tool === "rectangle" || node.dataset.tool === "polygon";
      node.disabled = draws && editor.readOnly && editor.item !== null;
    }
  };
  editor.addEventListener("tool", show);
  editor.addEventListener("item", () => {
    const draws = editor.toolName === "rectangle" || editor.toolName === "polygon";
    if (editor.item && editor.readOnly && draws) editor.useTool("select");
    show();
  });
  show();
}

/** @param {Editor} editor @param {import("./keys.js").Keys} keys */
export function drawUndo(editor, keys) {
  const look = (/** @type {"undo"|"redo"} */ name) => ({
    label: say(name), icon: name, key: keys.shown(name), class: "tool",
  });
  const undo = button(look("undo"), () => editor.undo());
  const redo = button(look("redo"), () => editor.redo());
  place("toolbar").append(html("span", { class: "tool-gap" }), undo, redo);
  const show = () => {
    // Not `disabled`: that would take the focus away from who presses undo until nothing is left.
    const mark = (/** @type {HTMLElement} */ node, /** @type {boolean} */ able) =>
      node.setAttribute("aria-disabled", String(!able));
    mark(undo, !editor.readOnly && editor.history.past.length > 0);
    mark(redo, !editor.readOnly && editor.history.future.length > 0);
  };
  editor.addEventListener("document", show);
  show();
}

/**
 * @param {Editor} editor @param {import("./stage.js").Stage} stage
 * @param {import("./keys.js").Keys} keys
 */
export function drawZoom(editor, stage, keys) {
  const { viewport } = editor;
  const figure = html("output", { class: "zoom-figure" });
  const one = (
    /** @type {string} */ id, /** @type {string} */ sign, /** @type {() => void} */ run,
  ) => button({ label: say(id), icon: sign, key: keys.shown(id) }, run);
  const actual = { label: "1:1", key: keys.shown("zoom_actual"), class: "quiet ratio" };
  const actualButton = button(
    { ...actual, attributes: { "aria-label": say("zoom_actual"), title: say("zoom_actual") } },
    () => viewport.actualSize(),
  );
  actualButton.querySelector(".keycap")?.remove();
  const bar = html(
    "div",
    { class: "zoom", role: "group", "aria-label": say("zoom") },
    one("zoom_out", "minus", () => viewport.zoom(1 / ZOOM_STEP)),
    figure,
    one("zoom_in", "plus", () => viewport.zoom(ZOOM_STEP)),
    one("zoom_fit", "fit", () => viewport.fit()),
    actualButton,
  );
  place("stage").append(bar);
  const put = viewport.onChange;
  viewport.onChange = () => {
    put();
    figure.textContent = `${Math.round(viewport.scale * 100)} %`;
  };
}

/**
 * Names, opacity and hiding: how the objects look, not what they are.
 * @param {HTMLElement} host @param {Editor} editor @param {import("./keys.js").Keys} keys
 */
export function drawLook(host, editor, keys) {
  const flip = (/** @type {"namesShown"|"allHidden"} */ name) =>
    editor.show({ [name]: !editor[name] });
  const namesLook = { label: say("names"), icon: "names", key: keys.shown("names") };
  const names = button(namesLook, () => flip("namesShown"));
  const hideLook = { label: say("hide_all"), icon: "hidden", key: keys.shown("hide_all") };
  const hide = button(hideLook, () => flip("allHidden"));
  const slider = html("input", {
    type: "range", min: 0, max: 80, step: 5, value: Math.round(editor.opacity * 100),
    "aria-label": say("opacity"), title: say("opacity"), class: "opacity",
  });
  slider.addEventListener("input", () => editor.show({ opacity: Number(slider.value) / 100 }));
  host.append(names, hide, slider);
  const show = () => {
    names.setAttribute("aria-pressed", String(editor.namesShown));
    hide.setAttribute("aria-pressed", String(editor.allHidden));
  };
  editor.addEventListener("look", show);
  show();
}

/**
 * What a half drawn shape needs where there is no keyboard: finish, one point back, cancel.
 * @param {Editor} editor @param {() => import("./pointers.js").Tool} tool in hand
 * @returns {() => void} to be called whenever something was drawn
 */
export function drawSketchBar(editor, tool) {
  const one = (
    /** @type {string} */ id, /** @type {string} */ sign, /** @type {() => void} */ run,
  ) => button({ label: say(id), icon: sign, text: true, class: "plain" }, () => {
    run();
    show();
  });
  const finish = one("finish", "check", () => tool().finish?.());
  const back = one("point_back", "undo", () => tool().back?.());
  const cancel = one("cancel", "close", () => tool().cancel());
  const bar = html("div", { class: "sketch-bar", hidden: true }, finish, back, cancel);
  place("stage").append(bar);
  const show = () => {
    const inHand = tool();
    bar.hidden = !(inHand.busy && editor.toolName !== "select");
    finish.hidden = !inHand.finish;
    back.hidden = !inHand.back;
  };
  editor.addEventListener("tool", show);
  editor.addEventListener("item", show);
  return show;
}
