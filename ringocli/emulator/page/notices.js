// Short messages at the bottom of the page: what was done, or why not.
import { html } from "./html.js";
import { change, get, useStore } from "./store.js";
import { Icon, IconButton } from "./icons.js";

const SHOWN_MS = 6000;
let count = 0;

/** Show a message or an error for some seconds. */
export function notify(what) {
  const bad = what instanceof Error;
  const notice = { key: ++count, bad, text: bad ? what.message : what, hint: bad ? what.hint : null };
  const others = get()
    .notices.filter((other) => other.text !== notice.text)
    .slice(-2);
  change({ notices: [...others, notice] });
  setTimeout(() => dismiss(notice.key), SHOWN_MS);
}

const dismiss = (key) => change({ notices: get().notices.filter((notice) => notice.key !== key) });

export function Notices() {
  const notices = useStore((state) => state.notices);
  return html`<div class="notices" role="status" aria-live="polite">
    ${notices.map(
      (notice) => html`<div key=${notice.key} class="notice ${notice.bad ? "bad" : ""}">
        <${Icon} name=${notice.bad ? "warning" : "check"} />
        <span>${notice.text}${notice.hint && html` <span class="soft">${notice.hint}</span>`}</span>
        <${IconButton} icon="close" label="Dismiss" onClick=${() => dismiss(notice.key)} />
      </div>`,
    )}
  </div>`;
}
