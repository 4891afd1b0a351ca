// The live stream. Events are batched and shown a few times a second, so that a burst costs
// little; events missed while disconnected are fetched after reconnecting.
import * as api from "./api.js";
import { fresh } from "./animation.js";
import { contactOf, contentOf, conversationKey, isFromHandset, isFromUser, numberOf } from "./conversation.js";
import { EMPTY, find, merge, newest, oldest, patch, without } from "./feed.js";
import { change, get } from "./store.js";
import { notify } from "./notices.js";
import { clip, phone, plain } from "./text.js";

const GATHER_MS = 80;
const RETRY_MS = [300, 500, 1000];
/** What a reload would lose: a file that is attached, or a form that is being filled in. */
const UNSAVED = ".attached, .bubble.pending :is(.file, .picture), dialog .compose";

let gathered = [];
let timer = null;
let failures = 0;
/** Statuses from the stream; a page requested earlier may still contain older ones. */
let told = new Map();

export const current = (exchange) =>
  told.has(exchange.id) ? { ...exchange, status: told.get(exchange.id) } : exchange;

/** Open the stream and keep it open. */
export function connect() {
  const source = new EventSource("api/stream");
  const on = (name, action) => source.addEventListener(name, (event) => action(JSON.parse(event.data)));
  on("hello", async ({ instance }) => {
    if (instance !== api.instance && renew()) return undefined;
    failures = 0;
    told = new Map();
    change({ link: "live" });
    await Promise.all([refresh(), newTemplate()]);
    return undefined;
  });
  on("exchanges", (exchanges) => later(exchanges.map((exchange) => ["exchange", exchange])));
  on("update", (values) => later([["update", values]]));
  on("template", newTemplate);
  on("chaos", (chaos) => change({ chaos }));
  on("cleared", () => {
    flush();
    if (get().open) location.hash = "";
    change({ feed: EMPTY, found: get().query ? EMPTY : null, open: null, cursor: null, unread: {} });
  });
  on("deleted", ({ id }) => {
    flush();
    const { feed, found, open } = get();
    change({ feed: without(feed, id), found: found && without(found, id) });
    if (open === id) location.hash = "";
  });
  on("reset", refresh);
  source.addEventListener("error", () => {
    change({ link: "lost" });
    // The browser itself would reconnect only after seconds, and after some errors never.
    source.close();
    const wait = RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)];
    setTimeout(connect, wait);
  });
}

/**
 * A page of the emulator's previous run may be of another version: load it again, with its drafts; false if that has to
 * wait until nothing would be lost.
 */
function renew() {
  const free = !document.querySelector(UNSAVED);
  if (free) location.reload();
  else setTimeout(renew, 500);
  return free;
}

/** The template's file has changed, or may have while there was no connection. */
async function newTemplate() {
  try {
    const before = get().about;
    const about = await api.about();
    change({ about });
    const { template } = about;
    const changed = before && (before.template.sha256 !== template.sha256 || before.template.problem);
    if (changed && template.in_force) notify("Template reloaded.");
  } catch (error) {
    notify(error);
  }
}

function later(events) {
  gathered.push(...events);
  timer ??= setTimeout(flush, GATHER_MS);
}

function flush() {
  clearTimeout(timer);
  timer = null;
  const events = gathered;
  gathered = [];
  if (!events.length) return;
  const arrived = new Map();
  for (const [kind, value] of events) {
    if (kind === "exchange") arrived.set(value.id, value);
    else {
      told.set(value.id, value.status);
      if (arrived.has(value.id)) arrived.set(value.id, { ...arrived.get(value.id), ...value });
    }
  }
  let { feed, found } = get();
  const unseen = [...arrived.values()].filter((exchange) => Number(exchange.id) > Number(newest(feed) ?? 0));
  fresh(unseen);
  feed = merge(feed, [...arrived.values()].map(current));
  for (const [kind, value] of events) {
    if (kind !== "update" || arrived.has(value.id)) continue;
    feed = patch(feed, value.id, value);
    if (found) found = patch(found, value.id, value);
  }
  if (told.size > 5000) told = new Map([...told].slice(-2500));
  const failed = [...unseen, ...events.filter(([kind]) => kind === "update").map(([, { id }]) => find(feed, id))];
  announce(announcement(unseen) || failure(failed));
  change({ feed, found, unread: counted(unseen) });
  if (get().query && arrived.size) searchOn();
}

/** A repeated message is announced again. */
function announce(words) {
  if (words) change({ announced: words === get().announced ? `${words}\u00a0` : words });
}

/** What a screen reader announces about a message of the Ringotel user that was rejected or failed. */
function failure(exchanges) {
  const last = exchanges.findLast((one) => one && isFromUser(one) && ["failed", "refused"].includes(one.status));
  return last && `Message to ${phone(contactOf(last))} ${last.status === "failed" ? "failed" : "was rejected"}.`;
}

/** What a screen reader announces about new exchanges: the last message, or the last webhook that matched nothing. */
function announcement(exchanges) {
  const last = exchanges.findLast((one) => (isFromHandset(one) && one.matched) || (one.status === "unmatched" && !one.failed_receipt));
  if (!last) return "";
  if (last.status === "unmatched") return "A webhook matched no event of the template.";
  const { text } = contentOf(last);
  return `Message from ${phone(contactOf(last))}: ${plain(clip(text || "a file", 200))}`;
}

/** Unread messages: those that arrived in conversations that are not shown. */
function counted(exchanges) {
  const { contact, number } = get();
  let { unread } = get();
  for (const exchange of exchanges) {
    const other = { contact: contactOf(exchange), number: numberOf(exchange) };
    if (!isFromHandset(exchange) || !exchange.matched || !other.contact) continue;
    const shown = other.contact === contact && [number, ""].includes(other.number);
    if (shown && !document.hidden) continue;
    const key = conversationKey(other);
    unread = { ...unread, [key]: (unread[key] ?? 0) + 1 };
  }
  return unread;
}

let refreshing = null;

/** Load the newest page again, one call at a time; older pages are kept if they connect to it. */
export function refresh() {
  refreshing ??= loadNewest().finally(() => (refreshing = null));
  return refreshing;
}

async function loadNewest() {
  try {
    const page = await api.exchanges();
    const { feed } = get();
    const first = page.exchanges[page.exchanges.length - 1];
    const joins = first && newest(feed) !== null && Number(first.id) <= Number(newest(feed)) && page.more;
    change({ feed: merge(joins ? feed : EMPTY, page.exchanges.map(current), joins ? feed.more : page.more) });
    if (get().query) await search(get().query);
  } catch (error) {
    notify(error);
  }
}

/** Load the page before the oldest known exchange, of the filter's results if there is a filter. */
export async function loadOlder(which = get().query ? "found" : "feed") {
  const known = get()[which];
  if (get().loading || !known?.more || !known.items.length) return;
  change({ loading: true });
  try {
    const query = which === "found" ? get().query : "";
    const page = await api.exchanges({ query, before: oldest(known), limit: 500 });
    if (which === "found" && get().query !== query) return;
    change({ [which]: merge(get()[which] ?? EMPTY, page.exchanges.map(current), page.more) });
  } catch (error) {
    notify(error);
  } finally {
    change({ loading: false });
  }
}

/** Ask the server what the filter finds; only the reply to the latest query is shown. */
export async function search(query) {
  change({ query, ...(query ? {} : { found: null }) });
  if (!query) return;
  try {
    const page = await api.exchanges({ query });
    if (get().query === query) change({ found: merge(EMPTY, page.exchanges.map(current), page.more) });
  } catch (error) {
    if (get().query === query) change({ found: { ...EMPTY, error: [error.message, error.hint].filter(Boolean).join(" ") } });
  }
}

let searching = false;
let again = false;

/** After new exchanges while a filter is set: ask the server which of them it finds. */
async function searchOn() {
  if (searching) {
    again = true;
    return;
  }
  searching = true;
  const { query, found } = get();
  try {
    const page = await api.exchanges({ query, after: found ? newest(found) : null });
    if (get().query === query && get().found) {
      const joins = !page.more;
      change({
        found: merge(joins ? get().found : EMPTY, page.exchanges.map(current), joins ? get().found.more : true),
      });
    }
  } catch {
    // The filter field reports a syntax error.
  } finally {
    searching = false;
    if (again) {
      again = false;
      setTimeout(searchOn, 400);
    }
  }
}
