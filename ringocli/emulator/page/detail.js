// One exchange in full: request, reply, the variable that each byte came from, and what went wrong.
import { html, useEffect, useRef, useState } from "./html.js";
import * as api from "./api.js";
import { copy, copyCurl, open, remove, replay, step } from "./actions.js";
import { Coloured } from "./highlight.js";
import { isFromUser } from "./conversation.js";
import { editable } from "./edit.js";
import { find } from "./feed.js";
import { hued } from "./colors.js";
import { Icon, IconButton } from "./icons.js";
import { NearMiss } from "./near_miss.js";
import { change, useStore } from "./store.js";
import { clip, plain, visible } from "./text.js";
import { moment } from "./time.js";
import { Code, title } from "./wire.js";

const STATUSES = {
  queued: "queued at the provider",
  sent: "sent, no receipt yet",
  delivered: "delivered",
  failed: "failed",
  refused: "rejected",
  taken: "accepted by Ringotel",
  unmatched: "matches no event of the template",
  waiting: "waiting for a retry",
  retried: "accepted in a retry",
};

/** The status in words; Ringotel has no event for a failed receipt, so it matches none. */
const stateOf = ({ status, failed_receipt: failed }) => (failed ? "failed receipt" : (STATUSES[status] ?? status));

/** "12 ms" or "1.2 s". */
const duration = (ms) => (ms < 1000 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
const size = (bytes) => (bytes < 10000 ? `${bytes} bytes` : bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);
const measures = ({ at, duration_ms: ms, size_bytes: bytes }) =>
  [moment(at), ms && duration(ms), bytes && size(bytes)].filter(Boolean).map((words) => html` · <span>${words}</span>`);

function Headers({ headers }) {
  if (!headers?.length) return null;
  return html`<details class="headers"><summary>${headers.length === 1 ? "1 header" : `${headers.length} headers`}</summary>
    <dl>${headers.map(([name, value]) => html`<dt>${visible(name)}</dt><dd><bdi>${visible(value)}</bdi></dd>`)}</dl>
  </details>`;
}

function Body({ body, spans, hot, empty }) {
  const [laidOut, setLaidOut] = useState(true);
  if (!body) return html`<p class="soft none">${empty}</p>`;
  return html`<div class="body">
    <button
      class="raw"
      aria-pressed=${laidOut ? "false" : "true"}
      title="Show the body exactly as sent"
      onClick=${() => setLaidOut(!laidOut)}
    >
      raw
    </button>
    <${Coloured} text=${body} spans=${spans} laidOut=${laidOut} hot=${hot} />
  </div>`;
}

function Variables({ title: heading = "Variables", variables, setHot }) {
  const known = Object.entries(variables);
  if (!known.length) return null;
  const over = (name) => ({
    onMouseEnter: () => setHot(name),
    onMouseLeave: () => setHot(null),
    onFocus: () => setHot(name),
    onBlur: () => setHot(null),
  });
  return html`<section><h3>${heading}</h3><dl class="variables">
    ${known.map(
      ([
        name,
        value,
      ]) => html`<div ...${over(name)} tabindex="0"><dt><mark class="var" style=${hued(name)}>$${name}$</mark></dt>
        <dd dir="auto">${visible(clip(value, 400, 6))}${value.length > 400 && "…"}</dd></div>`,
    )}
  </dl></section>`;
}

function Notes({ exchange }) {
  const notes = [
    ...(exchange.error ? [["bad", "warning", exchange.error]] : []),
    ...exchange.problems.map(({ pointer, message }) => [
      "bad",
      "warning",
      pointer ? `${pointer}: ${message}` : message,
    ]),
    ...(exchange.chaos ? [["chaos", "severe", `Chaos: ${exchange.chaos}`]] : []),
    ...exchange.notes.map((note) => ["", "about", note]),
  ];
  if (!notes.length) return null;
  return html`<ul class="notes">
    ${notes.map(
      ([kind, icon, words]) =>
        html`<li class=${kind}><${Icon} name=${icon} /><span dir="auto">${visible(words)}</span></li>`,
    )}
  </ul>`;
}

function Forwarded({ forwarded }) {
  if (!forwarded) return null;
  const { host, error, body } = forwarded;
  return html`<section>
    <h3>Forwarded to <bdi>${host}</bdi> <${Code} reply=${error ? null : forwarded} error=${error} /></h3>
    ${error ? html`<p class="soft none">${error}</p>` : html`<${Body} body=${body} empty="Empty body" />`}
  </section>`;
}

function Links({ words, ids }) {
  const known = (ids ?? []).filter(Boolean);
  if (!known.length) return null;
  return html`<p class="soft">${words} ${known.map((id, at) => html`${at > 0 && ", "}<a href=${`#/x/${id}`}>exchange ${id}</a>`)}</p>`;
}

function Exchange({ exchange }) {
  const [hot, setHot] = useState(null);
  const { request, reply, provenance = {} } = exchange;
  const [sender, receiver] = isFromUser(exchange) ? ["Ringotel", "the provider"] : ["the provider", "Ringotel"];
  return html`
    <${Notes} exchange=${exchange} />
    ${exchange.near_miss && html`<${NearMiss} exchange=${exchange} />`}
    <${Variables} variables=${exchange.variables} setHot=${setHot} />
    <${Variables} title="Sent by the handset" variables=${exchange.said ?? {}} setHot=${setHot} />
    <${Links} words=${exchange.failed_receipt ? "Failed receipt for" : "Receipt for"} ids=${[exchange.correlates]} />
    <${Links} words="Receipts:" ids=${exchange.receipts} />
    <${Links} words="Retry of" ids=${[exchange.retry_of]} />
    <section class="request"><h3>Request from ${sender}</h3>
      <div class="address"><b>${request.method}</b><${Coloured} text=${request.url} spans=${provenance.request_url} hot=${hot} /></div>
      <${Headers} headers=${request.headers} />
      <${Body} body=${request.body} spans=${provenance.request_body} hot=${hot} empty="No body" />
    </section>
    <section class="reply"><h3>Reply from ${receiver} <${Code} reply=${reply} error=${exchange.error} /></h3>
      ${
        reply &&
        html`<${Headers} headers=${reply.headers} />
          <${Body} body=${reply.body} spans=${provenance.reply_body} hot=${hot} empty="Empty body" />`
      }
    </section>
    <${Forwarded} forwarded=${exchange.forwarded} />`;
}

function useExchange(id) {
  const [known, setKnown] = useState({});
  const status = useStore((state) => find(state.feed, id)?.status);
  useEffect(() => {
    let wanted = true;
    api.exchange(id).then(
      (exchange) => wanted && setKnown({ id, exchange }),
      (error) => wanted && setKnown({ id, error }),
    );
    return () => (wanted = false);
  }, [id, status]);
  return known.id === id ? known : {};
}

export function Detail({ id }) {
  const { exchange, error } = useExchange(id);
  const link = new URL(`#/x/${id}`, location.href).href;
  const heading = useRef();
  useEffect(() => heading.current.focus(), [id]); // so that its name is read out, and Tab continues from here
  return html`<aside class="pane detail" aria-labelledby="exchange">
    <header class="head">
      <div class="who">
        <h2 id="exchange" ref=${heading} tabindex="-1">${exchange ? title(exchange) : `Exchange ${id}`}</h2>
        <p>
          ${
            exchange
              ? html`<span class="state ${exchange.failed_receipt ? "failed" : exchange.status}">${stateOf(exchange)}</span>
                  ${measures(exchange)}`
              : "\u00a0"
          }
        </p>
      </div>
      <${IconButton} icon="previous" label="Previous (k)" onClick=${() => step(-1)} />
      <${IconButton} icon="next" label="Next (j)" onClick=${() => step(1)} />
      <${IconButton} icon="close" label="Close (Esc)" onClick=${() => open(null)} />
    </header>
    <div class="content" key=${id} tabindex="-1">
      ${!error && html`<div class="actions">
        <button class="quiet" onClick=${() => replay(id)}><${Icon} name="replay" />Replay</button>
        <button class="quiet" disabled=${!exchange} onClick=${() => change({ dialog: editable(exchange) })}><${Icon} name="apply" />Edit and send</button>
        <button class="quiet" onClick=${() => copyCurl(id)}><${Icon} name="copy" />Copy as curl</button>
        <${IconButton} icon="link" label="Copy link" onClick=${() => copy(link, "Link")} />
        <${IconButton} icon="trash" label="Delete" onClick=${() => remove(id)} />
      </div>`}
      ${exchange && html`<${Exchange} exchange=${exchange} />`}
      ${error && html`<p class="nothing">${plain(error.message)} ${error.hint}</p>`}
    </div>
  </aside>`;
}
