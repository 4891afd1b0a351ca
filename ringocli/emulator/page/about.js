// The About dialog: the template, the URLs, the assumptions about Ringotel, the magic numbers.
import { html } from "./html.js";
import { talkTo } from "./actions.js";
import { Copied } from "./copyable.js";
import { Dialog } from "./dialog.js";
import { change, useStore } from "./store.js";
import { phone, visible } from "./text.js";

function Magic({ numbers, talk }) {
  if (!numbers.length) return null;
  return html`<section><h3>Magic numbers</h3>
    <p class="soft">Send to one of these numbers, and the built-in provider simulates the outcome described.</p>
    <table class="magic">${numbers.map(
      ({ number, does }) => html`<tr>
        <th scope="row"><button class="as-link" onClick=${() => talk(number)}>${phone(number)}</button></th>
        <td>${does}</td>
      </tr>`,
    )}</table>
  </section>`;
}

export function About() {
  const about = useStore((state) => state.about);
  if (!about) return null;
  const { template, provider } = about;
  const addresses = [
    ["Webhook URL", about.webhook_url],
    ["Provider URL", about.provider_url],
    ["API", new URL("api/exchanges", document.baseURI).href],
    ["Public URL", about.public_url],
  ].filter(([, address]) => address);
  const talk = (number) => {
    talkTo(number);
    change({ dialog: null, tab: "user" });
  };
  return html`<${Dialog} title="About this emulator" class="about">
    <dl class="facts">
      <dt>Template</dt><dd>${visible(template.name)} <code><bdi>${template.path}</bdi></code></dd>
      <dt>Provider</dt><dd>${provider.host ? html`<bdi>${provider.host}</bdi>` : provider.preset ? `${provider.title}, emulated here` : "emulated here, from the template"}</dd>
      ${addresses.map(([what, address]) => html`<dt>${what}</dt><dd><${Copied} text=${address} what=${what} /></dd>`)}
      ${about.forward_to && html`<dt>Forwards to</dt><dd><bdi>${about.forward_to}</bdi></dd>`}
      <dt>Inbox</dt><dd>${about.inbox || "default"}</dd>
      <dt>Version</dt><dd>ringocli ${about.version} · <a href="openapi.json">openapi.json</a></dd>
    </dl>
    <section><h3>Events</h3><table class="events">
      ${template.events.map(
        (event) => html`<tr>
          <th scope="row">${event.event_type}</th>
          <td><code><bdi>${event.event_key}</bdi></code></td>
          <td class="soft">${event.pointer}</td>
        </tr>`,
      )}
    </table></section>
    <${Magic} numbers=${about.magic_numbers} talk=${talk} />
    <section><h3>Assumptions</h3>
      <p class="soft">
        Ringotel publishes no schema. The emulator is based on these assumptions about its framework;${" "}
        only Ringotel can say what Ringotel accepts.
      </p>
      <ol class="assumptions">${about.assumptions.map(({ row, text }) => html`<li value=${row}>${text}</li>`)}</ol></section>
  <//>`;
}
