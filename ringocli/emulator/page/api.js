// Every call to the server. URLs are relative, so that the page of an inbox uses that inbox.

const meta = (name, from = document) => from.querySelector(`meta[name="ringocli-${name}"]`).content;

let token = meta("token");

/** Identifies the run of the emulator that served this page; after a restart, the stream reports another one. */
export const instance = meta("instance");

/** A restarted emulator has a new token; its page contains it. */
async function renewToken() {
  const page = new DOMParser().parseFromString(await (await fetch("./")).text(), "text/html");
  const known = token;
  token = meta("token", page);
  return token !== known;
}

const sentence = (words) => words && (/[.?!]$/.test(words) ? words : `${words}.`);

/** An error reply, or no reply at all; `message` and `hint` are sentences for people. */
export class ApiError extends Error {
  constructor(message, hint = null) {
    super(sentence(message));
    this.hint = sentence(hint);
  }
}

async function call(method, path, content = {}, again = true) {
  const { json, body, type } = content;
  const headers = { "Ringocli-Errors": "200" }; // or else browsers report each one in the console
  if (method !== "GET") headers["X-Ringocli-Token"] = token;
  if (json !== undefined) headers["Content-Type"] = "application/json";
  if (type) headers["Content-Type"] = type;
  let reply;
  try {
    reply = await fetch(path, { method, headers, body: json === undefined ? body : JSON.stringify(json) });
  } catch {
    throw new ApiError("The emulator does not answer.", "Is `ringocli emulate` still running?");
  }
  const status = Number(reply.headers.get("Ringocli-Status") ?? reply.status);
  if (status < 400) return reply;
  if (status === 403 && again && (await renewToken().catch(() => false))) return call(method, path, content, false);
  const told = await reply.json().catch(() => null);
  // A rejected patch is a normal result: it says what the patch would break.
  if (status === 409 && told && "applied" in told) return { json: async () => told };
  const error = told?.error ?? {};
  throw new ApiError(error.message ?? `The emulator answered ${status}.`, error.hint ?? null);
}

const answer = async (...args) => (await call(...args)).json();

export const about = () => answer("GET", "api/about");
export const exchange = (id) => answer("GET", `api/exchanges/${encodeURIComponent(id)}`);
export const curl = async (id) => (await call("GET", `api/exchanges/${encodeURIComponent(id)}/curl`)).text();
export const replay = (id) => answer("POST", `api/exchanges/${encodeURIComponent(id)}/replay`);
export function proposal(id, pairs = {}) {
  const query = Object.keys(pairs).length ? `?${new URLSearchParams({ pairs: JSON.stringify(pairs) })}` : "";
  return answer("GET", `api/exchanges/${encodeURIComponent(id)}/patch${query}`);
}
export const applyPatch = (id, json = {}) => answer("POST", `api/exchanges/${encodeURIComponent(id)}/patch`, { json });
export const remove = (id) => call("DELETE", `api/exchanges/${encodeURIComponent(id)}`);
export const paste = (text) => answer("POST", "api/paste", { body: text, type: "text/plain" });
export const play = (event, variables) => answer("POST", "api/play", { json: { event, variables } });
export const template = () => answer("GET", "api/template");
export const clear = () => call("DELETE", "api/exchanges");
export const send = (json) => answer("POST", "api/send", { json });
export const reply = (json) => answer("POST", "api/reply", { json });
export const chaos = () => answer("GET", "api/chaos");
export const setChaos = (json) => answer("POST", "api/chaos", { json });
export const upload = (file) =>
  answer("POST", `api/files?name=${encodeURIComponent(file.name || "pasted.png")}`, {
    body: file,
    type: file.type || "application/octet-stream",
  });

/** A page of exchanges, newest first: `{exchanges, more}`. */
export function exchanges({ query = "", before = null, after = null, limit = 200 } = {}) {
  const asked = new URLSearchParams({ brief: "1", limit: String(limit) });
  if (query) asked.set("q", query);
  if (before !== null) asked.set("before", before);
  if (after !== null) asked.set("after", after);
  return answer("GET", `api/exchanges?${asked}`);
}
