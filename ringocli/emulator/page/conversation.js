// Which exchanges are messages, of which conversation, and with which content. Pure functions.

/** Whether the Ringotel user sent it. */
export const isFromUser = (exchange) => exchange.direction === "outgoing";

/** Whether the handset sent it; Ringotel may not have read it. */
export const isFromHandset = (exchange) =>
  exchange.direction === "incoming" &&
  (exchange.event_type === "message" || exchange.event_type === "mms" || Boolean(exchange.said));

export const isReceipt = (exchange) => exchange.event_type === "messageDelivered" || exchange.failed_receipt;

/** The variables of a message: those that were read, or what the handset said. */
export const valuesOf = (exchange) => exchange.said ?? exchange.variables;

/** The contact's number, or "" for exchanges that belong to no conversation. */
export function contactOf(exchange) {
  if (isFromUser(exchange)) return exchange.variables.to ?? "";
  return isFromHandset(exchange) ? (valuesOf(exchange).from ?? "") : "";
}

/** `{text, file}` of a message; `file` is a URL. */
export function contentOf(exchange) {
  const { content, text, url } = valuesOf(exchange);
  if (exchange.name === "SendFile") return { text: text ?? "", file: content ?? url ?? "" };
  return { text: content ?? text ?? "", file: url ?? "" };
}

/** The SMS number at Ringotel, or "" if the template's event does not contain it. */
export function numberOf(exchange) {
  return (isFromUser(exchange) ? exchange.variables.from : valuesOf(exchange).to) ?? "";
}

/** A conversation is a contact with one of the SMS numbers: the same contact may talk to several. */
export const conversationKey = ({ contact, number }) => `${number} ${contact}`;

/** The messages of one conversation, oldest first; those without an SMS number belong to every one of the contact. */
export const messages = (items, contact, number) =>
  items.filter((exchange) => contactOf(exchange) === contact && [number, ""].includes(numberOf(exchange)));

/** All conversations: `{contact, number, last}`, the latest first. */
export function conversations(items) {
  const found = new Map();
  for (let at = items.length - 1; at >= 0; at--) {
    const contact = contactOf(items[at]);
    const one = { contact, number: numberOf(items[at]), last: items[at] };
    if (contact && !found.has(conversationKey(one))) found.set(conversationKey(one), one);
  }
  const all = [...found.values()];
  return all.filter((one) => one.number || !all.some((other) => other.number && other.contact === one.contact));
}

/** Whether it needs attention: a webhook that matched no event, a message that failed, a request without a reply. */
export const isProblem = (exchange) =>
  (["unmatched", "failed", "refused"].includes(exchange.status) && !exchange.failed_receipt) || Boolean(exchange.error);

const PROVIDERS_ERROR = "the provider's error: ";

/** Why a message was rejected or failed, as far as that is known. */
export function reasonOf({ status, direction, error, problems, notes, chaos, reply, near_miss: miss }) {
  if (error) return error;
  if (status === "failed") return "The provider sent a failed receipt.";
  if (chaos) return `Chaos: ${chaos}`;
  if (problems.length) return problems[0].message;
  const words = notes.find((note) => note.startsWith(PROVIDERS_ERROR));
  if (words) return words.slice(PROVIDERS_ERROR.length);
  if (miss) return "It matches no event of the template.";
  // The notes on a sent message are about its request.
  const note = isFromUser({ direction }) ? undefined : notes[0];
  return note ?? (reply && reply.status >= 300 ? `Answered with status ${reply.status}.` : "");
}

/** How one side sees a message: "shown", "coming", "lost" or "absent". */
export function seenBy(side, exchange, receipts) {
  if (side === "user") return isFromUser(exchange) || exchange.matched ? "shown" : "absent";
  // A webhook that is sent again is one message: the retry that gets through, or else the first.
  if (exchange.status === "retried" || (exchange.retry_of && !exchange.matched)) return "absent";
  if (!isFromUser(exchange) || exchange.status === "delivered") return "shown";
  if (exchange.status === "failed" || exchange.status === "refused") return "lost";
  // The status stays "sent" without receipts, and without an id that a receipt could repeat.
  return exchange.status === "sent" && !(receipts && exchange.variables.messageid) ? "shown" : "coming";
}

const PAUSE_MS = 120000;
const moments = new WeakMap();

/** Time as milliseconds and as a day, cached: parsing dates is slow, and the list is built often. */
function moment(exchange) {
  let known = moments.get(exchange);
  if (!known) {
    const date = new Date(exchange.at);
    known = { ms: date.getTime(), day: date.toDateString() };
    moments.set(exchange, known);
  }
  return known;
}

/** Rows of a list: day headings and messages; `last` marks the last message of a group by one sender. */
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
