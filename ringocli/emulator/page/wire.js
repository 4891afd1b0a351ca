// The wire: the HTTP traffic between the two sides, one arrow per exchange, in order.
import { html, memo, useLayoutEffect, useMemo, useRef } from "./html.js";
import { open, shownFeed, step } from "./actions.js";
import { isFresh } from "./animation.js";
import { contentOf, isFromUser, isReceipt } from "./conversation.js";
import { find, indexOf } from "./feed.js";
import { Filter } from "./filter.js";
import { VirtualList } from "./list.js";
import { Welcome } from "./welcome.js";
import { get, useStore } from "./store.js";
import { loadOlder } from "./stream.js";
import { clip, plain, visible } from "./text.js";
import { moment, second } from "./time.js";

const ROW_PX = 60;
const idOf = (exchange) => exchange.id;

/** The exchange's name in the template. */
export const title = (exchange) =>
  exchange.name ??
  exchange.event_type ??
  (exchange.failed_receipt ? "Failed receipt" : undefined) ??
  (exchange.near_miss?.event_type
    ? `Near miss: ${exchange.near_miss.event_type}`
    : isFromUser(exchange)
      ? "Unknown request"
      : "Webhook");

function peek(exchange) {
  if (isReceipt(exchange)) {
    const about = exchange.correlates && find(get().feed, exchange.correlates);
    if (about) return `for “${clip(contentOf(about).text || "a file", 80)}”`;
    return exchange.correlates ? "" : "for an unknown message";
  }
  const { text, file } = contentOf(exchange);
  return clip([text, file].filter(Boolean).join(" · "), 120).replaceAll("\n", " ");
}

/** The path and query of a URL; the host is always the same. */
function path(url) {
  try {
    const { pathname, search } = new URL(url);
    return pathname + search;
  } catch {
    return url;
  }
}

export function Code({ reply, error }) {
  if (!reply) return html`<span class="code none" title=${error ?? "No reply yet"}>${error ? "no reply" : "…"}</span>`;
  return html`<span class="code s${Math.floor(reply.status / 100)}">${reply.status}</span>`;
}

function Badges({ exchange }) {
  const badges = [];
  if (exchange.status === "unmatched" && !exchange.failed_receipt) badges.push(["miss", "unmatched"]);
  if (exchange.status === "waiting") badges.push(["plain", "waiting for a retry"]);
  if (exchange.retry_of) badges.push(["plain", "retry"]);
  if (exchange.status === "failed") badges.push(["miss", "failed"]);
  if (exchange.chaos) badges.push(["chaos", exchange.chaos]);
  if (exchange.problems.length)
    badges.push(["miss", exchange.problems.length === 1 ? "1 problem" : `${exchange.problems.length} problems`]);
  if (exchange.forwarded) badges.push(["plain", "forwarded"]);
  return badges.map(([kind, word]) => html`<span class="badge ${kind}"><bdi>${clip(plain(word), 40)}</bdi></span>`);
}

const Row = memo(({ exchange, at, total, chosen, opened }) => {
  const out = isFromUser(exchange);
  // Only a new exchange is animated, and only once.
  const arriving = useMemo(() => isFresh(exchange.id), [exchange.id]);
  const states = [
    [out, "out"],
    [!out, "in"],
    [(exchange.status === "unmatched" && !exchange.failed_receipt) || exchange.error, "amiss"],
    [chosen, "chosen"],
    [opened, "opened"],
    [arriving, "arriving"],
  ];
  return html`<div
    id=${`x-${exchange.id}`}
    class=${["row", ...states.filter(([is]) => is).map(([, name]) => name)].join(" ")}
    role="option"
    aria-selected=${chosen ? "true" : "false"}
    aria-setsize=${total}
    aria-posinset=${at + 1}
    onClick=${() => open(exchange.id)}
  >
    <div class="what">
      <b>${title(exchange)}</b>
      <span class="peek"><bdi>${visible(peek(exchange))}</bdi></span>
      <time title=${moment(exchange.at)}>${second(exchange.at)}</time>
    </div>
    <div class="how">
      <span class="address">
        <span class="unseen">${out ? "to the provider" : "to Ringotel"}</span>
        ${exchange.request.method} <bdi>${visible(clip(path(exchange.request.url), 200))}</bdi>
      </span>
      <${Badges} exchange=${exchange} />
      <${Code} reply=${exchange.reply} error=${exchange.error} />
    </div>
    <span class="lane" aria-hidden="true"><i /></span>
  </div>`;
});

export function Wire() {
  const feed = useStore(shownFeed);
  const cursor = useStore((state) => state.cursor);
  const opened = useStore((state) => state.open);
  const query = useStore((state) => state.query);
  const found = useStore((state) => state.found);
  const list = useRef();
  const rows = feed.items;
  const total = feed.more ? -1 : rows.length;
  useLayoutEffect(() => {
    const at = cursor === null ? -1 : indexOf(feed, cursor);
    if (at >= 0 && list.current.scroller.clientHeight) list.current.reveal(at);
  }, [cursor]);
  const onKeyDown = (event) => {
    const page = Math.max(1, Math.floor(event.currentTarget.clientHeight / ROW_PX) - 1);
    const moves = { PageUp: -page, PageDown: page, Home: -Infinity, End: Infinity };
    if (!(event.key in moves)) return;
    event.preventDefault();
    step(Math.max(-feed.items.length, Math.min(moves[event.key], feed.items.length)));
  };
  const empty = !query
    ? html`<${Welcome} />`
    : found && html`<p class="nothing">${found.error ?? "No exchange matches this filter."}</p>`;
  return html`<section class="pane wire" aria-label="HTTP traffic">
    <${Filter} count=${rows.length} more=${feed.more} />
    <${VirtualList}
      handle=${list}
      rows=${rows}
      fixed=${ROW_PX}
      keyOf=${idOf}
      view=${(exchange, at) =>
        html`<${Row}
          exchange=${exchange}
          at=${at}
          total=${total}
          chosen=${exchange.id === cursor}
          opened=${exchange.id === opened}
        />`}
      onTop=${() => loadOlder()}
      onKeyDown=${onKeyDown}
      class="exchanges"
      role=${rows.length ? "listbox" : "group"}
      tabindex="0"
      aria-label="Exchanges"
      active=${cursor}
      empty=${empty}
    />
  </section>`;
}
