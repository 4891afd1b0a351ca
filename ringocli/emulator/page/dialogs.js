// Small dialogs: keyboard shortcuts, an enlarged picture, and the confirmation before everything is deleted.
import { html } from "./html.js";
import { clear } from "./actions.js";
import { Dialog } from "./dialog.js";
import { change } from "./store.js";

const KEYS = [
  ["/", "filter"],
  ["j  k", "next and previous exchange; so do the arrow keys"],
  ["Enter", "open the exchange, or send the message"],
  ["Esc", "close, or leave the field"],
  ["1  2", "write as the Ringotel user, or as the handset"],
  ["c", "chaos"],
  ["n", "send a webhook: paste one, or fill in a form"],
  ["t", "template"],
  ["?", "this help"],
];

export function Help() {
  return html`<${Dialog} title="Keyboard shortcuts" class="help"><dl class="keys">
    ${KEYS.map(([keys, does]) => html`<dt>${keys.split("  ").map((key) => html`<kbd>${key}</kbd>`)}</dt><dd>${does}</dd>`)}
  </dl><//>`;
}

export function Clear() {
  return html`<${Dialog} title="Delete all exchanges?" class="help">
    <p>All exchanges of this inbox are deleted, in every tab. Export them first to keep them.</p>
    <div class="firsts"><button class="solid danger" onClick=${clear}>Delete everything</button>
      <button class="quiet" onClick=${() => change({ dialog: null })}>Cancel</button></div>
  <//>`;
}

export function Picture({ picture, name }) {
  return html`<${Dialog} title=${name} class="enlarged"><img src=${picture} alt=${name} /><//>`;
}
