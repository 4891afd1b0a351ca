// The keys, a picture in full, and the question before everything is thrown away.
import { html } from "./html.js";
import { clear } from "./actions.js";
import { Dialog } from "./dialog.js";
import { change } from "./store.js";

const KEYS = [
  ["/", "filter the wire"],
  ["j  k", "down and up the wire; arrows do the same there"],
  ["Enter", "open the exchange, or send the message"],
  ["Esc", "close, or leave the field"],
  ["1  2", "write as the Ringotel user, or as the handset"],
  ["w", "the weather"],
  ["?", "this help"],
];

export function Help() {
  return html`<${Dialog} title="Keys" class="help"><dl class="keys">
    ${KEYS.map(([keys, does]) => html`<dt>${keys.split("  ").map((key) => html`<kbd>${key}</kbd>`)}</dt><dd>${does}</dd>`)}
  </dl><//>`;
}

export function Clear() {
  return html`<${Dialog} title="Clear the wire?" class="help">
    <p>Every exchange of this inbox is deleted, in every tab. An export keeps them.</p>
    <div class="firsts"><button class="solid danger" onClick=${clear}>Delete everything</button>
      <button class="quiet" onClick=${() => change({ dialog: null })}>Keep</button></div>
  <//>`;
}

export function Picture({ picture, name }) {
  return html`<${Dialog} title=${name} class="enlarged"><img src=${picture} alt=${name} /><//>`;
}
