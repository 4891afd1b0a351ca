// Above the wire: the filter with its language, what can be taken away, and what can be thrown away.
import { html, useRef, useState } from "./html.js";
import { Icon } from "./icons.js";
import { Popover } from "./popover.js";
import { remember } from "./remember.js";
import { change, get } from "./store.js";
import { search } from "./stream.js";

const PAUSE_MS = 200;

const WORDS = [
  ["parcel", "the word, anywhere"],
  ['"your parcel"', "the words, together"],
  ["from:+1310", "who sent it; also to:"],
  ["event:mms", "message, mms or messageDelivered"],
  ["direction:outgoing", "or incoming"],
  ["is:unmatched", "also is:failed, is:delivered"],
  ["status:422", "what was answered"],
  ["after:2026-11-01", "also before:"],
  ["-event:mms", "anything but that"],
];

function Language({ take }) {
  return html`<div class="language">
    <h3>Filter by</h3>
    ${WORDS.map(([word, does]) => html`<button type="button" onClick=${() => take(word)}><code>${word}</code><span>${does}</span></button>`)}
  </div>`;
}

export function Filter({ count, more }) {
  const [text, setText] = useState(get().query);
  const field = useRef();
  const timer = useRef();
  const type = (typed) => {
    setText(typed);
    remember("query", typed);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => search(typed.trim()), PAUSE_MS);
  };
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
        placeholder="Filter the wire"
        aria-label="Filter the wire"
        spellcheck=${false}
        autocomplete="off"
        value=${text}
        onInput=${(event) => type(event.target.value)}
        onKeyDown=${onKeyDown}
      />
      ${text ? html`<span class="found" role="status">${count}${more ? "+" : ""}</span>` : html`<kbd aria-hidden="true">/</kbd>`}
      <${Popover} label="How to filter" icon="help" class="right">
        ${(close) => html`<${Language} take=${(word) => (type(text.trim() ? `${text.trim()} ${word}` : word), close(), field.current.focus())} />`}
      <//>
    </div>
    <${Popover} label="Export" icon="export" class="right">
      ${(close) => html`<div class="menu" role="menu">
        <a role="menuitem" href="api/export" download onClick=${close}><${Icon} name="file" />JSON lines</a>
        <a role="menuitem" href="api/export?format=har" download="exchanges.har" onClick=${close}><${Icon} name="file" />HAR</a>
      </div>`}
    <//>
    <button class="plain" aria-label="Clear the wire" title="Clear the wire" disabled=${!count} onClick=${() => change({ dialog: "clear" })}><${Icon} name="trash" /></button>
  </header>`;
}
