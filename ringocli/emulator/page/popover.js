// A button with a popover: a modal dialog beside the button, so that the browser keeps the focus inside, closes it on
// Escape, and gives the focus back. On a small screen it is a sheet in the middle.
import { html, useEffect, useRef, useState } from "./html.js";
import { Icon } from "./icons.js";

const GAP_PX = 6;
const EDGE_PX = 12;

/** Put the dialog below the button, or above it where there is more space. */
function place(box, opener) {
  const at = opener.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const below = innerHeight - at.bottom - GAP_PX - EDGE_PX;
  const top = height <= below || below > at.top ? at.bottom + GAP_PX : at.top - GAP_PX - height;
  const inside = (value, size, all) => Math.max(EDGE_PX, Math.min(value, all - size - EDGE_PX));
  box.style.left = `${inside(at.left, width, innerWidth)}px`;
  box.style.top = `${inside(top, height, innerHeight)}px`;
}

function Box({ label, opener, close, children }) {
  const box = useRef();
  useEffect(() => {
    const { current } = box;
    current.showModal();
    place(current, opener);
    const again = () => place(current, opener);
    addEventListener("resize", again);
    return () => removeEventListener("resize", again);
  }, []);
  const onKeyDown = (event) => {
    if (event.defaultPrevented || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    event.preventDefault();
    const stops = [...box.current.querySelectorAll("input, button, a")].filter((one) => one.tabIndex >= 0);
    const to = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    stops[(to + stops.length) % stops.length]?.focus();
  };
  return html`<dialog
    class="pop"
    ref=${box}
    aria-label=${label}
    onClose=${close}
    onKeyDown=${onKeyDown}
    onClick=${(event) => event.target === box.current && close()}
  >
    ${children(close)}
  </dialog>`;
}

export function Popover({ label, icon, face, class: name = "", button = "plain", children }) {
  const [shown, setShown] = useState(false);
  const opener = useRef();
  const close = () => {
    setShown(false);
    opener.current.focus();
  };
  return html`<div class="popover ${name}">
    <button
      type="button"
      class=${button}
      ref=${opener}
      aria-label=${face ? undefined : label}
      title=${label}
      aria-haspopup="dialog"
      aria-expanded=${shown ? "true" : "false"}
      onClick=${() => setShown(true)}
    >
      ${face ?? html`<${Icon} name=${icon} />`}
    </button>
    ${shown && html`<${Box} label=${label} opener=${opener.current} close=${close}>${children}<//>`}
  </div>`;
}
