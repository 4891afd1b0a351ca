// A button with a popover. Escape, a click elsewhere or moving the focus away closes it.
import { html, useEffect, useRef, useState } from "./html.js";
import { Icon } from "./icons.js";

export function Popover({ label, icon, face, class: name = "", button = "plain", children }) {
  const [shown, setShown] = useState(false);
  const box = useRef();
  const opener = useRef();
  useEffect(() => {
    if (!shown) return undefined;
    const elsewhere = (event) => box.current?.contains(event.target) || setShown(false);
    document.addEventListener("pointerdown", elsewhere);
    box.current.querySelector(".pop :is(input, button, a, [tabindex])")?.focus();
    return () => document.removeEventListener("pointerdown", elsewhere);
  }, [shown]);
  const close = () => {
    setShown(false);
    opener.current.focus();
  };
  const onKeyDown = (event) => {
    if (!shown) return;
    if (event.key === "Escape") (event.stopPropagation(), event.preventDefault(), close());
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    event.stopPropagation();
    const stops = [...box.current.querySelectorAll(".pop :is(input, button, a)")];
    const at = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    stops[(at + stops.length) % stops.length]?.focus();
  };
  const onFocusOut = (event) => event.relatedTarget && !box.current.contains(event.relatedTarget) && setShown(false);
  return html`<div class="popover ${name}" ref=${box} onKeyDown=${onKeyDown} onFocusOut=${onFocusOut}>
    <button
      type="button"
      class=${button}
      ref=${opener}
      aria-label=${face ? undefined : label}
      title=${label}
      aria-expanded=${shown ? "true" : "false"}
      onClick=${() => setShown(!shown)}
    >
      ${face ?? html`<${Icon} name=${icon} />`}
    </button>
    ${shown && html`<div class="pop">${children(close)}</div>`}
  </div>`;
}
