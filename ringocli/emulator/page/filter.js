// The bar above the wire: the filter and its language, export, and delete.
import { html, useRef, useState } from "./html.js";
import { Icon, IconButton } from "./icons.js";
import { Popover } from "./popover.js";
import { remember } from "./storage.js";
import { change, get, useStore } from "./store.js";
import { search } from "./stream.js";

const PAUSE_MS = 200;

const WORDS = [
  ["parcel", "contains the word"],
  ['"your parcel"', "contains the phrase"],
  ["with:+1310", "sender or recipient"],
  ["from:+1310", "sender; also to:"],
  ["event:mms", "message, mms or messageDelivered"],
  ["direction:outgoing", "or incoming"],
  ["is:unmatched", "also is:failed, is:delivered"],
  ["status:422", "status of the reply"],
  ["after:2026-11-01", "also before:"],
  ["-event:mms", "exclude"],
];

function Language({ take }) {
  return html`<div class="language">
    <h2>Filter by</h2>
    ${WORDS.map(
      ([word, does]) =>
        html`<button type="button" onClick=${() => take(word)}><code>${word}</code><span>${does}</span></button>`,
    )}
  </div>`;
}

/** The exchanges that the wire shows, as a file. */
function Export({ query, close }) {
  const at = (format) => `api/export?${new URLSearchParams({ ...(query ? { q: query } : {}), format })}`;
  return html`<div class="menu" role="menu" aria-label=${query ? "Export filtered exchanges" : "Export all exchanges"}>
    <p role="presentation">${query ? "Filtered exchanges, as" : "All exchanges, as"}</p>
    <a role="menuitem" href=${at("jsonl")} download onClick=${close}><${Icon} name="file" />JSON lines</a>
    <a role="menuitem" href=${at("har")} download="exchanges.har" onClick=${close}><${Icon} name="file" />HAR</a>
  </div>`;
}

export function Filter({ count, more }) {
  const [text, setText] = useState(get().query);
  const query = useStore((state) => state.query);
  const field = useRef();
  const timer = useRef();
  const type = (typed) => {
    setText(typed);
    remember("query", typed);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => search(typed.trim()), PAUSE_MS);
  };
  const add = (word) => type([text.trim(), word].filter(Boolean).join(" "));
  const onKeyDown = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    if (text) type("");
    else event.target.blur();
  };
  return html`<header class="head tools">
    <div class="search" role="search">
      <${Icon} name="search" />
      <input
        id="filter"
        ref=${field}
        type="search"
        placeholder="Filter"
        aria-label="Filter exchanges"
        spellcheck=${false}
        autocomplete="off"
        value=${text}
        onInput=${(event) => type(event.target.value)}
        onKeyDown=${onKeyDown}
      />
      ${text ? html`<span class="found" role="status">${text.trim() === query ? `${count}${more ? "+" : ""}` : "…"}</span>` : html`<kbd aria-hidden="true">/</kbd>`}
      <${Popover} label="Filter syntax" icon="help" class="right">
        ${(close) => html`<${Language} take=${(word) => (add(word), close(), field.current.focus())} />`}
      <//>
    </div>
    <${IconButton} icon="plus" label="Send a webhook" title="Send a webhook (n)" onClick=${() => change({ dialog: { compose: "paste" } })} />
    <${Popover} label="Export" icon="export" class="right">
      ${(close) => html`<${Export} query=${text.trim()} close=${close} />`}
    <//>
    <${IconButton} icon="trash" label="Delete all exchanges" disabled=${!count} onClick=${() => change({ dialog: "clear" })} />
  </header>`;
}
