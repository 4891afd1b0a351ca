// A text with a button that copies it.
import { html } from "./html.js";
import { copy } from "./actions.js";
import { IconButton } from "./icons.js";

export function Copied({ text, what }) {
  return html`<span class="copied"><code><bdi>${text}</bdi></code>
    <${IconButton} icon="copy" label=${`Copy: ${what}`} title="Copy" onClick=${() => copy(text, what)} />
  </span>`;
}
