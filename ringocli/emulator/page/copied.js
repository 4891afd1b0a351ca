// A piece of text with the button that copies it.
import { html } from "./html.js";
import { copy } from "./actions.js";
import { Icon } from "./icons.js";

export function Copied({ text, what }) {
  return html`<span class="copied"><code><bdi>${text}</bdi></code>
    <button class="plain" aria-label=${`Copy: ${what}`} title="Copy" onClick=${() => copy(text, what)}><${Icon} name="copy" /></button></span>`;
}
