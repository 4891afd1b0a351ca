// A modal dialog. The browser's own dialog element keeps the focus inside and closes on Escape.
import { html, useEffect, useRef } from "./html.js";
import { IconButton } from "./icons.js";
import { change } from "./store.js";

const close = () => change({ dialog: null });

export function Dialog({ title, class: name = "", children }) {
  const box = useRef();
  useEffect(() => {
    box.current.showModal();
    const field = box.current.querySelector(".first"); // where one types; else the focus is on the button that closes
    field?.focus();
    if (field) field.scrollTop = 0;
  }, []);
  const onClick = (event) => event.target === box.current && close();
  return html`<dialog ref=${box} class=${name} aria-label=${title} onClose=${close} onClick=${onClick}>
    <div class="sheet">
      <header class="head"><h2>${title}</h2><${IconButton} icon="close" label="Close" onClick=${close} /></header>
      <div class="content" tabindex="0">${children}</div>
    </div>
  </dialog>`;
}
