// Which exchanges are messages, whose they are, and what they say. Nothing here touches the document.

/** Ringotel's user sent it, towards the provider. */
export const isFromUser = (exchange) => exchange.direction === "outgoing";

/** The handset sent it, and Ringotel's side has or should have taken it. */
export const isFromHandset = (exchange) =>
  exchange.direction === "incoming" && (exchange.event_type === "message" || exchange.event_type === "mms");

export const isReceipt = (exchange) => exchange.event_type === "messageDelivered";

/** The outside party's number, or "" for what belongs to no conversation. */
export function contactOf(exchange) {
  if (isFromUser(exchange)) return exchange.variables.to ?? "";
  return isFromHandset(exchange) ? (exchange.variables.from ?? "") : "";
}

/** `{text, file}` of a message; the file is an address. */
export function contentOf(exchange) {
  const { content, text, url } = exchange.variables;
  if (exchange.name === "SendFile") return { text: text ?? "", file: content ?? url ?? "" };
  return { text: content ?? text ?? "", file: url ?? "" };
}

/** The messages of one conversation, oldest first. */
export const messages = (items, contact) => items.filter((exchange) => contactOf(exchange) === contact);

/** Everyone there were messages with: `{contact, last}`, the latest first. */
export function contacts(items) {
  const found = new Map();
  for (let at = items.length - 1; at >= 0; at--) {
    const contact = contactOf(items[at]);
    if (contact && !found.has(contact)) found.set(contact, { contact, last: items[at] });
  }
  return [...found.values()];
}

/** What one of the two ends sees of a message: "shown", "coming", "lost" or "absent". */
export function seenBy(side, exchange, receipts) {
  if (side === "user") return isFromUser(exchange) || exchange.status === "taken" ? "shown" : "absent";
  if (!isFromUser(exchange) || exchange.status === "delivered") return "shown";
  if (exchange.status === "failed" || exchange.status === "refused") return "lost";
  // Without receipts nobody will ever say more than "sent".
  return exchange.status === "sent" && !receipts ? "shown" : "coming";
}

const PAUSE_MS = 120000;
const moments = new WeakMap();

/** When it was, as milliseconds and as a day; dates are slow to read, and the list is made often. */
function moment(exchange) {
  let known = moments.get(exchange);
  if (!known) {
    const date = new Date(exchange.at);
    known = { ms: date.getTime(), day: date.toDateString() };
    moments.set(exchange, known);
  }
  return known;
}

/** Rows for a list: day headings and messages, each told whether it ends a group of its sender's. */
export function rowsOf(shown) {
  const rows = [];
  let day = "";
  shown.forEach((exchange, at) => {
    const now = moment(exchange);
    const next = shown[at + 1];
    if (now.day !== day) rows.push({ key: `day ${now.day}`, at: exchange.at });
    day = now.day;
    const last = !next || next.direction !== exchange.direction || moment(next).ms - now.ms > PAUSE_MS;
    rows.push({ key: exchange.id, last, exchange });
  });
  return rows;
}
