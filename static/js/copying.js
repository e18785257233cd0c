// Buttons that copy what a field shows: <button data-copy="id of the field" data-copied="Copied">.

const SAID_FOR_MS = 2000;

/**
 * Copy a field's value; where the clipboard is closed (plain http) the field is selected instead,
 * so that Ctrl+C does it.
 *
 * @param {HTMLButtonElement} button
 */
async function copy(button) {
  const field = document.getElementById(button.dataset.copy ?? "");
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    return;
  }
  const label = button.textContent;
  button.textContent = button.dataset.copied ?? label;
  setTimeout(() => {
    button.textContent = label;
  }, SAID_FOR_MS);
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  if (button instanceof HTMLButtonElement) copy(button);
});
