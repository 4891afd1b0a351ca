// Keys that work wherever nothing is being typed.
import { open, step } from "./actions.js";
import { change, get } from "./store.js";

const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

function focus(selector, tab) {
  change({ tab });
  // At once, for the next key is to land there; a column that only now comes into sight takes a moment.
  const field = document.querySelector(selector);
  field?.focus();
  if (document.activeElement !== field) requestAnimationFrame(() => field?.focus());
}

const KEYS = {
  "/": () => focus("#filter", "wire"),
  j: () => step(1),
  k: () => step(-1),
  1: () => focus(".user textarea", "user"),
  2: () => focus(".handset textarea", "handset"),
  w: () => change({ dialog: "weather" }),
  "?": () => change({ dialog: "help" }),
};

export function listen() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || get().dialog) return;
    if (event.key === "Escape" && get().open) {
      open(null);
      document.querySelector(".exchanges")?.focus();
      return;
    }
    if (typing(event.target)) return;
    const inWire = event.target === document.body || event.target.closest(".exchanges, .detail");
    if (event.key === "ArrowDown" && inWire && !event.target.closest(".detail")) return event.preventDefault(), step(1);
    if (event.key === "ArrowUp" && inWire && !event.target.closest(".detail")) return event.preventDefault(), step(-1);
    if (event.key === "Enter" && get().cursor && event.target.closest("body, .exchanges") && !event.target.closest("button, a, summary")) return open(get().cursor);
    const action = KEYS[event.key];
    if (!action) return undefined;
    event.preventDefault();
    return action();
  });
}
