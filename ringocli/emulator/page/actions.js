// User actions: each calls the API and puts the result into the store.
import * as api from "./api.js";
import { EMPTY, find, indexOf, merge } from "./feed.js";
import { conversationKey, conversations } from "./conversation.js";
import { notify } from "./notices.js";
import { recall, remember } from "./storage.js";
import { change, get } from "./store.js";
import { current } from "./stream.js";

let count = 0;

/** Send from one side: `{side, content, file}`. A File is uploaded first; a sample already has a `url`. */
export async function send(side, { content, file }) {
  const { number, contact } = get();
  const message = {
    key: `pending ${Date.now()} ${++count}`,
    side,
    contact,
    number,
    content,
    file,
    at: new Date().toISOString(),
    error: null,
  };
  setPending([...get().pending, message]);
  await attempt(message);
}

/** Messages that were not sent survive a reload; a file that was picked does not. */
function setPending(pending) {
  change({ pending });
  const kept = pending.filter((message) => message.error);
  const plain = kept.map((message) => ({ ...message, file: message.file?.url ? message.file : null }));
  remember("unsent", JSON.stringify(plain.filter(({ content, file }) => content || file)));
}

export const unsent = () => JSON.parse(recall("unsent") || "[]");

export async function again(message) {
  const fresh = { ...message, error: null };
  setPending(get().pending.map((other) => (other.key === message.key ? fresh : other)));
  await attempt(fresh);
}

export const drop = (key) => setPending(get().pending.filter((message) => message.key !== key));

async function attempt({ key, side, contact, number, content, file }) {
  try {
    const media = file && (file.url ?? (await api.upload(file)).url);
    if (side === "handset") {
      const said = {
        from: contact,
        to: number,
        ...(content ? { content } : {}),
        ...(media ? { media_url: media } : {}),
      };
      taken(await api.reply(said));
    } else {
      // Ringotel sends a file and a text as two messages.
      if (media) taken(await api.send({ from: number, to: contact, media_url: media }));
      if (content) taken(await api.send({ from: number, to: contact, content }));
    }
    drop(key);
  } catch (error) {
    const told = [error.message, error.hint].filter(Boolean).join(" ");
    setPending(get().pending.map((message) => (message.key === key ? { ...message, error: told } : message)));
  }
}

/** Add an exchange, unless the stream has already delivered a newer version of it. */
export function taken(exchange) {
  if (!find(get().feed, exchange.id)) change({ feed: merge(get().feed, [current(exchange)]) });
}

export function talkTo(contact, number = get().number) {
  const { [conversationKey({ contact, number })]: _, [conversationKey({ contact, number: "" })]: __, ...unread } = get().unread;
  change({ contact, number, unread });
  remember("contact", contact);
  remember("number", number);
}

let opener = null;

/** Show an exchange in full, by its permalink; null closes, and gives the focus back. */
export function open(id) {
  const hash = id === null ? "" : `#/x/${id}`;
  if (id === null) setTimeout(giveFocusBack);
  else if (!get().open) opener = document.activeElement;
  if (location.hash === hash) return;
  if (hash) location.hash = hash;
  else (history.pushState(null, "", location.pathname + location.search), followLink());
}

function giveFocusBack() {
  if (get().open) return;
  const visible = opener?.isConnected && opener !== document.body && opener.checkVisibility();
  (visible ? opener : document.querySelector(".exchanges"))?.focus();
}

/** Apply the URL's hash to the store. */
export function followLink() {
  const [, id = null] = /^#\/x\/(\d+)$/.exec(location.hash) ?? [];
  change({ open: id, ...(id ? { cursor: id, dialog: null } : {}) });
}

/** The exchanges that the wire shows: all, or those that the filter finds. */
export const shownFeed = (state) => (state.query ? state.found : state.feed) ?? EMPTY;

/** Move the wire's cursor by a number of rows; an open detail view follows. */
export function step(rows) {
  const feed = shownFeed(get());
  if (!feed.items.length) return;
  const at = indexOf(feed, get().cursor);
  const end = feed.items.length - 1;
  const to = at < 0 ? end : Math.min(Math.max(at + rows, 0), end);
  const { id } = feed.items[to];
  change({ cursor: id });
  if (get().open) (history.replaceState(null, "", `#/x/${id}`), followLink());
}

/** Send once more, and show that exchange in full unless it was asked for in the chat. */
export async function replay(id, { show = true } = {}) {
  try {
    const exchange = await api.replay(id);
    taken(exchange);
    if (show) (notify("Replayed."), open(exchange.id));
  } catch (error) {
    notify(error);
  }
}

export async function remove(id) {
  try {
    await api.remove(id);
    open(null);
    notify("Deleted.");
  } catch (error) {
    notify(error);
  }
}

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    notify(`${what} copied.`);
  } catch {
    notify(new Error("The browser did not allow copying."));
  }
}

export async function copyCurl(id) {
  try {
    await copy(await api.curl(id), "curl command");
  } catch (error) {
    notify(error);
  }
}

export async function clear() {
  try {
    await api.clear();
    change({ dialog: null });
  } catch (error) {
    notify(error);
  }
}

export async function setChaos(chaos) {
  try {
    change({ chaos: await api.setChaos(chaos) });
  } catch (error) {
    notify(error);
  }
}

/** Choose the first conversation: the one from before the reload, the template's own, or the latest. */
export function beginWith({ contact, number }, numbers, items) {
  const known = conversations(items);
  const first = known.some((one) => one.contact === numbers.contact) ? numbers : (known[0] ?? numbers);
  change({ contact: contact || first.contact, number: number || first.number || numbers.number });
}
