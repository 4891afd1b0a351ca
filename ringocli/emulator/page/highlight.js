// A request or reply, each part coloured by the variable that it came from.
import { html, useMemo, useState } from "./html.js";
import { pieces } from "./spans.js";
import { hued } from "./colors.js";
import { visible } from "./text.js";

const CLIPPED = 12000;
const PARTS = 3000;

export function Coloured({ text, spans, laidOut = false, hot }) {
  const [all, setAll] = useState(false);
  const parts = useMemo(() => pieces(text, spans ?? [], laidOut), [text, spans, laidOut]);
  let left = all ? Infinity : CLIPPED;
  const shown = [];
  for (const part of parts) {
    if (left <= 0 || shown.length > PARTS) break;
    const words = part.text.slice(0, left);
    left -= words.length;
    if (part.variable === null) shown.push(html`<span>${visible(words)}</span>`);
    else {
      const dim = hot && hot !== part.variable ? "dim" : "";
      shown.push(
        html`<mark
          class="var ${dim}"
          style=${hued(part.variable)}
          data-variable=${part.variable}
          title=${`$${part.variable}$`}
          >${visible(words)}</mark
        >`,
      );
    }
  }
  const whole = parts.reduce((sum, part) => sum + part.text.length, 0);
  return html`<pre class="bytes" dir="ltr" tabindex="0">${shown}</pre>
    ${
      !all &&
      whole > CLIPPED &&
      html`<button class="show-all" onClick=${() => setAll(true)}>Show all ${whole.toLocaleString()} characters</button>`
    }`;
}
