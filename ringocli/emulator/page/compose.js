// The Send dialog: paste a webhook, fill in a test event, or edit an exchange and send it again.
import { html, useState } from "./html.js";
import * as api from "./api.js";
import { open, taken } from "./actions.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icons.js";
import { recall, remember } from "./storage.js";
import { change, useStore } from "./store.js";
import { notify } from "./notices.js";

const WAYS = { paste: "Paste a webhook", event: "Test event" };

/** Send, show the exchange in full and close; an error is shown, and nothing that was typed is lost. */
function useSending() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const send = async (call) => {
    setBusy(true);
    setError(null);
    try {
      const exchange = await call();
      taken(exchange);
      change({ dialog: null, tab: "wire" });
      notify(exchange.status === "unmatched" ? "Sent; it matches no event." : "Sent.");
      open(exchange.id);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return [busy, error, send];
}

function Sending({ busy, error, ready = true, to = "Ringotel" }) {
  const words = `Send to ${to}`;
  return html`${error && html`<p class="why bad" role="alert">${error.message} ${error.hint}</p>`}
    <div class="firsts"><button class="solid ${to === "Ringotel" ? "hand" : ""}" disabled=${busy || !ready}><${Icon} name="send" />${words}</button></div>`;
}

function Paste({ text: given }) {
  const [text, setText] = useState(given ?? recall("paste"));
  const [busy, error, send] = useSending();
  const type = (value) => {
    setText(value);
    if (given === undefined) remember("paste", value.slice(0, 100000));
  };
  const onSubmit = (event) => (event.preventDefault(), send(() => api.paste(text)));
  return html`<form class="compose" onSubmit=${onSubmit}>
    <label>${given === undefined ? "JSON, a form, an HTTP request or a curl command" : "The request"}
      <textarea rows="12" class="first" spellcheck=${false} dir="ltr" value=${text} onInput=${(event) => type(event.target.value)} />
    </label>
    <${Sending} busy=${busy} error=${error} ready=${text.trim() !== ""} />
  </form>`;
}

/** A field for each variable. */
function Fields({ values, set }) {
  return Object.entries(values).map(
    ([name, value]) => html`<label key=${name}>${name}
      <textarea rows="1" class=${name === "content" ? "first" : ""} dir="auto" value=${value} onInput=${(event) => set({ ...values, [name]: event.target.value })} />
    </label>`,
  );
}

function TestEvent() {
  const events = useStore((state) => state.about?.template.events) ?? [];
  const contact = useStore((state) => state.contact);
  const number = useStore((state) => state.number);
  const [pointer, setPointer] = useState(events[0]?.pointer);
  const [values, setValues] = useState({});
  const [busy, error, send] = useSending();
  const event = events.find((one) => one.pointer === pointer);
  if (!event) return html`<p class="nothing">The template has no events.</p>`;
  const usual = { ...event.variables, from: contact, to: number, messageid: "" };
  const fields = Object.fromEntries(Object.keys(event.variables).map((name) => [name, values[name] ?? usual[name]]));
  const onSubmit = (submitted) => (submitted.preventDefault(), send(() => api.play(pointer, fields)));
  return html`<form class="compose" onSubmit=${onSubmit}>
    <label>Event
      <select onChange=${(chosen) => setPointer(chosen.target.value)}>
        ${events.map(
          (one) => html`<option value=${one.pointer} selected=${one.pointer === pointer}>
            ${one.label}${events.some((other) => other !== one && other.label === one.label) && ` (${one.pointer})`}
          </option>`,
        )}
      </select>
    </label>
    <${Fields} values=${fields} set=${setValues} />
    ${"messageid" in fields && html`<p class="soft">If messageid is empty, a new one is generated.</p>`}
    <${Sending} busy=${busy} error=${error} />
  </form>`;
}

/** Edit a message of the Ringotel user: its variables are rendered by the template again. */
function Message({ variables, file }) {
  const [values, setValues] = useState(variables);
  const [busy, error, send] = useSending();
  const { content, ...others } = values;
  const message = { ...others, ...(file ? { media_url: content } : { content }) };
  const onSubmit = (event) => (event.preventDefault(), send(() => api.send(message)));
  return html`<form class="compose" onSubmit=${onSubmit}>
    <${Fields} values=${values} set=${setValues} />
    <${Sending} busy=${busy} error=${error} to="the provider" />
  </form>`;
}

export function Compose({ compose: way, text, variables, file }) {
  if (way === "message")
    return html`<${Dialog} title="Edit and send"><${Message} variables=${variables} file=${file} /><//>`;
  if (way === "request") return html`<${Dialog} title="Edit and send"><${Paste} text=${text} /><//>`;
  return html`<${Dialog} title="Send a webhook">
    <div class="ways" role="group" aria-label="What to send">
      ${Object.entries(WAYS).map(
        ([name, title]) => html`<button
          type="button"
          class="quiet"
          aria-pressed=${name === way ? "true" : "false"}
          onClick=${() => change({ dialog: { compose: name } })}
        >${title}</button>`,
      )}
    </div>
    ${way === "event" ? html`<${TestEvent} />` : html`<${Paste} />`}
  <//>`;
}
