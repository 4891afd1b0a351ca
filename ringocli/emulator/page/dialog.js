// A sheet over the page. The browser's own dialog keeps the focus inside and closes on Escape.
import { html, useEffect, useRef } from "./html.js";
import { Icon } from "./icons.js";
import { change } from "./store.js";

const close = () => change({ dialog: null });

export function Dialog({ title, class: name = "", children }) {
  const box = useRef();
  useEffect(() => {
    box.current.showModal();
  }, []);
  const onClick = (event) => event.target === box.current && close();
  return html`<dialog ref=${box} class=${name} aria-label=${title} onClose=${close} onClick=${onClick}>
    <div class="sheet">
      <header class="head"><h2>${title}</h2><button class="plain" aria-label="Close" onClick=${close}><${Icon} name="close" /></button></header>
      <div class="content">${children}</div>
    </div>
  </dialog>`;
}
