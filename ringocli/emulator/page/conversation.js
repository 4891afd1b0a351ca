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
  return isFromHandset(exchange) ? exchange.variables.from ?? "" : "";
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

const day = (at) => new Date(at).toDateString();

/** Rows for a list: day headings and messages, each told whether it ends a group of its sender's. */
export function rowsOf(shown) {
  const rows = [];
  for (let at = 0; at < shown.length; at++) {
    const { exchange } = shown[at];
    const next = shown[at + 1]?.exchange;
    if (!at || day(shown[at - 1].exchange.at) !== day(exchange.at)) rows.push({ key: `day ${day(exchange.at)}`, at: exchange.at });
    const last = !next || next.direction !== exchange.direction || Date.parse(next.at) - Date.parse(exchange.at) > 120000;
    rows.push({ key: exchange.id, last, ...shown[at] });
  }
  return rows;
}
