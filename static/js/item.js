// The page of an item: the arrow keys turn to the items beside it.

import { bind } from "./keys.js";

function open(id) {
  const link = document.getElementById(id);
  if (!link) return false;
  link.click();
  return true;
}

bind("ArrowLeft", () => open("previous"));
bind("ArrowRight", () => open("following"));
