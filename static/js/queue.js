/**
 * Dragging a batch to another place of the queue. The arrows beside it do the same without a mouse
 * and without scripts; the server answers with the queue as it is then.
 */

const place = (node) => node.closest?.(".queue-place") ?? null;
const line = (node) => node.closest?.(".queue-line") ?? null;

let dragged = null;

function unmark() {
  for (const each of document.querySelectorAll(".is-above, .is-below, .is-over")) {
    each.classList.remove("is-above", "is-below", "is-over");
  }
}

/** Whether the pointer is over the upper half of a place. */
function isUpper(target, event) {
  const box = target.getBoundingClientRect();
  return event.clientY < box.top + box.height / 2;
}

document.addEventListener("dragstart", (event) => {
  dragged = place(event.target);
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.batch);
  dragged.classList.add("is-dragged");
});

document.addEventListener("dragover", (event) => {
  const over = line(event.target);
  if (!dragged || !over) return;
  event.preventDefault();
  unmark();
  over.classList.add("is-over");
  const beside = place(event.target);
  if (beside && beside !== dragged) beside.classList.add(isUpper(beside, event) ? "is-above" : "is-below");
});

document.addEventListener("drop", (event) => {
  const over = line(event.target);
  if (!dragged || !over) return;
  event.preventDefault();
  const beside = place(event.target);
  if (beside === dragged) return;
  const values = { priority: over.dataset.priority };
  if (beside) {
    delete values.priority;
    values[isUpper(beside, event) ? "before" : "after"] = beside.dataset.batch;
  }
  window.htmx.ajax("POST", dragged.dataset.url, { target: "#queue", swap: "outerHTML", values });
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  dragged = null;
  unmark();
});
