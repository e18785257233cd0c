// Parts that refresh themselves: <div id="…" data-poll-url data-poll-seconds>.
// A refresh never takes anything from under somebody's hands: it waits while the page is hidden
// (unless the part has data-poll-hidden: then it goes on, slowly, for the title of the tab), while
// something inside is typed in or open, and it keeps focus, selection and scroll.
// It ends when the answer carries no data-poll-url, or with status 286, or when the part is gone.
// A part with data-title names the page: progress is then seen in the tab.

import { isTyping } from "./keys.js";

const STOP = 286;
const SLOWEST = 60;
const HIDDEN_SECONDS = 5;
const due = new WeakMap();
const failures = new WeakMap();

/** Whether replacing the part now would disturb its reader. */
export function isInUse(part) {
  const active = document.activeElement;
  if (part.contains(active) && isTyping(active)) return true;
  if (part.querySelector("details.menu[open], dialog[open], [data-dirty]")) return true;
  const selection = getSelection();
  return Boolean(selection && !selection.isCollapsed && part.contains(selection.anchorNode));
}

/** Which foldable sections are open, by id: a refresh keeps them. */
function folds(part) {
  return [...part.querySelectorAll("details[id]:not(.menu)")].map((fold) => [fold.id, fold.open]);
}

function ticks(part) {
  return [...part.querySelectorAll("input[type=checkbox][id]:checked")].map((box) => box.id);
}

async function refresh(part) {
  const answer = await fetch(part.dataset.pollUrl, {
    headers: { "HX-Request": "true", "HX-Target": part.id, "X-Poll": "1" },
  }).catch(() => null);
  if (!part.isConnected) return;
  if (!answer?.ok || answer.redirected) {
    const missed = (failures.get(part) ?? 0) + 1;
    failures.set(part, missed);
    // Gone or not allowed any more: asking again will not help.
    if (answer && answer.status < 500) delete part.dataset.pollUrl;
    else due.set(part, Date.now() + 1000 * Math.min(SLOWEST, seconds(part) * 2 ** missed));
    return;
  }
  if (answer.status === STOP) delete part.dataset.pollUrl;
  const text = await answer.text();
  if (text.trim() && part.isConnected && !isInUse(part)) replace(part, text);
  else schedule(part);
}

function replace(part, text) {
  const id = part.id;
  const kept = { folds: folds(part), ticks: ticks(part), x: scrollX, y: scrollY };
  htmx.swap(part, text, { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 0 }, { select: `#${CSS.escape(id)}` });
  const fresh = document.getElementById(id);
  if (!fresh) return;
  for (const [fold, open] of kept.folds) document.getElementById(fold)?.toggleAttribute("open", open);
  for (const box of kept.ticks) {
    const found = document.getElementById(box);
    if (found) found.checked = true;
  }
  scrollTo(kept.x, kept.y);
  if (fresh.dataset.title) document.title = `${fresh.dataset.title} · Labeldesk`;
  fresh.dispatchEvent(new CustomEvent("polled", { bubbles: true }));
}

function seconds(part) {
  return Math.max(document.hidden ? HIDDEN_SECONDS : 1, Number(part.dataset.pollSeconds) || 5);
}

function schedule(part) {
  due.set(part, Date.now() + seconds(part) * 1000);
}

function look() {
  const which = document.hidden ? "[data-poll-url][data-poll-hidden]" : "[data-poll-url]";
  for (const part of document.querySelectorAll(which)) {
    if (!due.has(part)) schedule(part);
    else if (Date.now() >= due.get(part) && !isInUse(part)) {
      due.set(part, Infinity);
      refresh(part);
    }
  }
}

/** Look after all parts that poll, also those that come later. */
export function startPolling() {
  setInterval(look, 500);
  document.addEventListener("visibilitychange", look);
}
