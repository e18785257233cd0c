/**
 * Forms that spread items over people: show what the settings make, and only the fields that the
 * split and the spread need. Without scripts the same forms work.
 */

const DELAY_MS = 250;

let timer = 0;
let running = null;

/** @returns {HTMLFormElement | null} */
function sharingForm() {
  return document.querySelector("form[data-preview-url]");
}

/** Hides the fields that the chosen split and spread do not use. */
function showFieldsInUse() {
  const form = sharingForm();
  if (!form) return;
  for (const name of ["split", "spread"]) {
    const chosen = form.elements.namedItem(name)?.value;
    if (!chosen) continue;
    for (const part of form.querySelectorAll(`[data-for-${name}]`)) {
      part.hidden = !part.getAttribute(`data-for-${name}`).split(" ").includes(chosen);
    }
  }
}

/** Asks the server what the form would make; a newer question cancels an older one. */
async function refreshPreview() {
  const form = sharingForm();
  const slot = document.querySelector("#preview-slot");
  if (!form || !slot) return;
  running?.abort();
  running = new AbortController();
  try {
    const response = await fetch(form.getAttribute("data-preview-url"), {
      method: "POST",
      body: new FormData(form),
      headers: { "HX-Request": "true" },
      signal: running.signal,
    });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    slot.replaceChildren(...page.body.children);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

function soon() {
  showFieldsInUse();
  clearTimeout(timer);
  timer = setTimeout(refreshPreview, DELAY_MS);
}

document.addEventListener("input", (event) => {
  if (event.target.closest("form[data-preview-url]")) soon();
});
document.addEventListener("htmx:afterSettle", soon);
soon();
