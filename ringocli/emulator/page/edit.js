// What "Edit and send" starts with: the variables of a sent message, or a received request as an HTTP message.
import { isFromUser } from "./conversation.js";

const SENT = ["from", "to", "content", "extension", "domain"];
/** Headers that are set anew for each connection and body. */
const DROPPED = ["host", "content-length", "connection", "accept-encoding", "transfer-encoding", "content-encoding"];

export function editable({ name, direction, request, variables }) {
  if (isFromUser({ direction })) {
    const known = Object.entries(variables).filter(([variable]) => SENT.includes(variable));
    return { compose: "message", variables: Object.fromEntries(known), file: name === "SendFile" };
  }
  const headers = request.headers.filter(([header]) => !DROPPED.includes(header.toLowerCase()));
  const lines = [`${request.method} ${request.url} HTTP/1.1`, "Host: ringotel.example"];
  lines.push(...headers.map(([header, value]) => `${header}: ${value}`), "", pretty(request.body ?? ""));
  return { compose: "request", text: lines.join("\n") };
}

function pretty(body) {
  try {
    // Numbers beyond 2^53 would change: such a body stays as it is.
    const parsed = JSON.parse(body);
    return /\d{16}/.test(body) || typeof parsed !== "object" ? body : JSON.stringify(parsed, null, 2);
  } catch {
    return body;
  }
}
