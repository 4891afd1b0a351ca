// One side of the conversation: the Ringotel user's chat, or the handset. Both use the same list and composer.
import { html, useLayoutEffect, useMemo, useRef, useState } from "./html.js";
import { again, drop } from "./actions.js";
import { Bubble, Pending } from "./bubble.js";
import { Composer } from "./composer.js";
import { Contacts } from "./contacts.js";
import { messages, rowsOf, seenBy } from "./conversation.js";
import { Icon } from "./icons.js";
import { VirtualList } from "./list.js";
import { useStore } from "./store.js";
import { loadOlder } from "./stream.js";
import { phone } from "./text.js";
import { day } from "./time.js";

const ENDS = {
  user: { title: "Ringotel user", icon: "user", empty: "Write a message. It is sent with the template's SendMessage request." },
  handset: { title: "Handset", icon: "phone", empty: "Nothing has arrived on this phone yet." },
};

const keyOf = (row) => row.key;

function Messages({ side }) {
  const items = useStore((state) => state.feed.items);
  const contact = useStore((state) => state.contact);
  const number = useStore((state) => state.number);
  const list = useRef();
  const pending = useStore((state) => state.pending);
  const receipts = useStore((state) => state.about?.template.receives.messageDelivered ?? true);
  const rows = useMemo(() => {
    const seen = messages(items, contact, number).filter((exchange) => seenBy(side, exchange, receipts) !== "absent");
    const waiting = pending.filter(
      (message) => message.side === side && message.contact === contact && message.number === number,
    );
    return rowsOf(seen).concat(waiting.map((message) => ({ key: message.key, message })));
  }, [items, contact, number, pending, receipts]);
  const newest = rows[rows.length - 1]?.message?.key;
  useLayoutEffect(() => {
    if (newest) list.current.toEnd(); // whoever sends a message wants to see it
  }, [newest]);
  const view = ({ exchange, last, at, message }) => {
    if (message)
      return html`<${Pending} message=${message} onAgain=${() => again(message)} onDrop=${() => drop(message.key)} />`;
    if (!exchange) return html`<div class="day"><span>${day(at)}</span></div>`;
    return html`<${Bubble} exchange=${exchange} side=${side} last=${last} receipts=${receipts} />`;
  };
  return html`<${VirtualList}
    key=${`${number} ${contact}`}
    handle=${list}
    low
    rows=${rows}
    keyOf=${keyOf}
    view=${view}
    estimate=${64}
    onTop=${() => loadOlder("feed")}
    class="messages"
    tabindex="0"
    role="log"
    aria-live="off"
    aria-label=${`Messages, ${ENDS[side].title}`}
    empty=${html`<p class="nothing">${ENDS[side].empty}</p>`}
  />`;
}

function HandsetHead() {
  const number = useStore((state) => state.number);
  const contact = useStore((state) => state.contact);
  return html`<header class="head">
    <span class="avatar"><${Icon} name="phone" /></span>
    <div class="who">
      <h2>Handset <span class="of" title=${contact}>${phone(contact)}</span></h2>
      <p title=${number}><bdi>${phone(number)}</bdi></p>
    </div>
  </header>`;
}

/** Event handlers for dropped files, and whether a file is being dragged over the element. */
function useDrop(take) {
  const [over, setOver] = useState(false);
  const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  return [
    over,
    {
      onDragOver: (event) => carries(event) && (event.preventDefault(), setOver(true)),
      onDragLeave: (event) => event.currentTarget.contains(event.relatedTarget) || setOver(false),
      onDrop: (event) => {
        setOver(false);
        if (!carries(event)) return;
        event.preventDefault();
        if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
      },
    },
  ];
}

export function Talk({ side }) {
  const [file, setFile] = useState(null);
  const template = useStore((state) => state.about?.template);
  const files = !template || (side === "user" ? template.sends_files : template.receives.mms);
  const words = !template || (side === "user" ? template.sends_text : template.receives.message);
  const [over, handlers] = useDrop((dropped) => files && setFile(dropped));
  return html`<section class="pane ${side}" aria-label=${ENDS[side].title} ...${handlers}>
    <div class="device">
      ${side === "user" ? html`<${Contacts} />` : html`<${HandsetHead} />`}
      <${Messages} side=${side} />
      <${Composer} side=${side} file=${file} setFile=${setFile} files=${files} words=${words} />
      ${over && html`<div class="drop">${files ? "Drop to attach" : "This template does not support files here"}</div>`}
    </div>
  </section>`;
}
