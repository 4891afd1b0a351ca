// One message as either side sees it, with its time and delivery status.
import { html, memo, useEffect, useState } from "./html.js";
import * as api from "./api.js";
import { open, replay } from "./actions.js";
import { contentOf, isFromUser, reasonOf, seenBy, valuesOf } from "./conversation.js";
import { Icon } from "./icons.js";
import { fileName, isPicture, ownFile } from "./media.js";
import { notify } from "./notices.js";
import { change } from "./store.js";
import { clip, plain, visible } from "./text.js";
import { minute, moment } from "./time.js";

const CHARACTERS = 1200;
const LINES = 24;

const MARKS = {
  pending: ["waiting", "Sending"],
  queued: ["waiting", "Queued"],
  sent: ["check", "Sent"],
  delivered: ["checks", "Delivered"],
  taken: ["checks", "Delivered"],
  waiting: ["waiting", "Waiting for a retry"],
  failed: ["warning", "Failed"],
  refused: ["warning", "Rejected"],
  unmatched: ["warning", "No match"],
};
const BAD = ["failed", "refused", "unmatched"];

function Mark({ status }) {
  const [icon, word] = MARKS[status] ?? ["waiting", status];
  if (BAD.includes(status))
    return html`<span class="mark bad" data-status=${status}><${Icon} name=${icon} />${word}</span>`;
  return html`<span class="mark" data-status=${status} title=${word}><${Icon} name=${icon} label=${word} /></span>`;
}

/** Text, clipped until "Show all"; brief exchanges have only its start, so the rest may have to be fetched. */
function Words({ text, whole }) {
  const [full, setFull] = useState(null);
  const shown = full ?? clip(text, CHARACTERS, LINES);
  const more = full === null && (shown.length < text.length || whole);
  const showAll = async (event) => {
    event.stopPropagation();
    try {
      setFull(whole ? await whole() : text);
    } catch (error) {
      notify(error);
    }
  };
  return html`<div class="words" dir="auto">${visible(shown)}${more && "…"}</div>
    ${more && html`<button class="show-all" onClick=${showAll}>Show all</button>`}`;
}

function File({ address }) {
  const [broken, setBroken] = useState(false);
  const own = ownFile(address);
  if (own && isPicture(own) && !broken) {
    const name = plain(fileName(address));
    const enlarge = () => change({ dialog: { picture: own, name } });
    return html`<button class="picture" aria-label=${`Picture ${name}, enlarge`} onClick=${enlarge}>
      <img src=${`${own}?errors=200`} alt=${name} loading="lazy" decoding="async" onError=${() => setBroken(true)} />
    </button>`;
  }
  if (own) return html`<span class="file"><${Icon} name="file" /><bdi>${visible(fileName(address))}</bdi></span>`;
  // A file elsewhere is neither fetched nor linked.
  return html`<span class="file foreign" title="Not one of the emulator's own files, so it is not fetched">
    <${Icon} name="link" /><bdi dir="ltr">${visible(clip(address, 300))}</bdi>
  </span>`;
}

export const Bubble = memo(({ exchange, side, last, receipts }) => {
  const mine = isFromUser(exchange) === (side === "user");
  const seen = seenBy(side, exchange, receipts);
  if (seen === "lost") return html`<p class="aside">A message to this phone was lost</p>`;
  if (seen === "coming") {
    return html`<div class="line theirs">
      <div class="bubble ghost" role="img" aria-label="A message is being delivered"><i /><i /><i /></div>
    </div>`;
  }
  const { text, file } = contentOf(exchange);
  const field = exchange.name === "SendFile" || valuesOf(exchange).url ? "text" : "content";
  const whole = exchange.cut ? async () => valuesOf(await api.exchange(exchange.id))[field] ?? text : null;
  const bad = mine && BAD.includes(exchange.status);
  return html`<div class="line ${mine ? "mine" : "theirs"} ${last ? "last" : ""}">
    <div class="bubble ${bad ? "bad" : ""}" data-id=${exchange.id}>
      ${file && html`<${File} address=${file} />`}
      ${(text || !file) && html`<${Words} text=${text} whole=${whole} />`}
      <div class="meta">
        <button class="time" title=${moment(exchange.at)} aria-label=${`${minute(exchange.at)}, show exchange ${exchange.id}`} onClick=${() => open(exchange.id)}>
          ${minute(exchange.at)}
        </button>
        ${mine && html`<${Mark} status=${exchange.status} />`}
        ${bad && html`<button class="show-all" onClick=${() => replay(exchange.id, { show: false })}>Try again</button>`}
      </div>
      ${bad && html`<p class="why" dir="auto">${visible(clip(reasonOf(exchange), 200, 3))}</p>`}
    </div>
  </div>`;
});

/** A message that the API has not accepted yet, or has rejected. */
export function Pending({ message, onAgain, onDrop }) {
  const [picture, setPicture] = useState(null);
  const { file } = message;
  useEffect(() => {
    if (!(file instanceof Blob) || !file.type.startsWith("image/")) return undefined;
    const address = URL.createObjectURL(file);
    setPicture(address);
    return () => URL.revokeObjectURL(address);
  }, [file]);
  return html`<div class="line mine last">
    <div class="bubble pending ${message.error ? "bad" : ""}">
      ${picture && html`<span class="picture"><img src=${picture} alt="" /></span>`}
      ${file && !picture && html`<span class="file"><${Icon} name="file" /><bdi>${visible(file.name)}</bdi></span>`}
      ${message.content && html`<${Words} text=${message.content} />`}
      <div class="meta">
        ${
          message.error
            ? html`<span class="mark bad" data-status="unsent"><${Icon} name="warning" />Not sent</span>
              <button class="show-all" onClick=${onAgain}>Try again</button>
              <button class="show-all" onClick=${onDrop}>Discard</button>`
            : html`<${Mark} status="pending" />`
        }
      </div>
      ${message.error && html`<p class="why">${message.error}</p>`}
    </div>
  </div>`;
}
