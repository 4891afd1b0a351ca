// Keyboard shortcuts, active while the focus is not in an input.
import { open, step } from "./actions.js";
import { change, get } from "./store.js";

const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

function focus(selector, tab) {
  change({ tab });
  // Immediately, so that the next key goes there; a column that was hidden takes a frame to become focusable.
  const field = document.querySelector(selector);
  field?.focus();
  if (document.activeElement !== field) requestAnimationFrame(() => field?.focus());
}

/** Move the cursor; the focus follows, to the list or to the detail view, which takes it itself. */
function move(rows) {
  if (!get().open) focus(".exchanges", "wire");
  step(rows);
}

const KEYS = {
  "/": () => focus("#filter", "wire"),
  j: () => move(1),
  k: () => move(-1),
  1: () => focus(".user textarea", "user"),
  2: () => focus(".handset textarea", "handset"),
  c: () => change({ dialog: "chaos" }),
  n: () => change({ dialog: { compose: "paste" } }),
  t: () => change({ dialog: "template" }),
  "?": () => change({ dialog: "help" }),
};

/** Keys that have another meaning in a conversation or in the detail view. */
const IN_WIRE = {
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  Enter: () => get().cursor && open(get().cursor),
};

export function listen() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && get().open) {
      open(null);
      return;
    }
    if (typing(event.target)) return;
    const inWire = event.target === document.body || event.target.closest(".exchanges") === event.target;
    const action = KEYS[event.key] ?? (inWire ? IN_WIRE[event.key] : undefined);
    if (!action) return;
    event.preventDefault();
    action();
  });
}
