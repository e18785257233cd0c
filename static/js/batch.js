/**
 * The new-batch page: shows what the settings make, and only the fields that the split needs.
 * Without scripts the same form works; the preview is then what the launch says.
 */

const DELAY_MS = 250;

let timer = 0;
let running = null;

/** @returns {HTMLFormElement | null} */
function batchForm() {
  return document.querySelector("#batch");
}

/** Hides the fields that the chosen split does not use. */
function showFieldsOfSplit() {
  const form = batchForm();
  const split = form?.elements.namedItem("split")?.value;
  if (!form || !split) return;
  for (const part of form.querySelectorAll("[data-for-split]")) {
    part.hidden = !part.dataset.forSplit.split(" ").includes(split);
  }
}

/** Asks the server what the form would make; a newer question cancels an older one. */
async function refreshPreview() {
  const form = batchForm();
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
  showFieldsOfSplit();
  clearTimeout(timer);
  timer = setTimeout(refreshPreview, DELAY_MS);
}

document.addEventListener("input", (event) => {
  if (event.target.closest("#batch")) soon();
});
document.addEventListener("htmx:afterSettle", soon);
soon();
