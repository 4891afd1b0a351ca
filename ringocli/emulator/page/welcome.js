// What an empty wire says: the three things one can do first.
import { html } from "./html.js";
import { send } from "./actions.js";
import { Copied } from "./copied.js";
import { Icon } from "./icons.js";
import { useStore } from "./store.js";

export function Welcome() {
  const about = useStore((state) => state.about);
  const loading = useStore((state) => state.link !== "live");
  if (!about || loading) return html`<p class="nothing">…</p>`;
  const sample = about.sample_files.find((file) => file.content_type.startsWith("image/"));
  return html`<div class="welcome">
    <svg viewBox="0 0 240 72" aria-hidden="true">
      <rect class="a" x="4" y="14" width="60" height="44" rx="10" /><rect class="b" x="190" y="4" width="36" height="64" rx="10" />
      <path class="a" d="M76 28h94m-7-6 7 6-7 6" /><path class="b" d="M178 46H84m7-6-7 6 7 6" />
    </svg>
    <h2>Two ends and the wire between them</h2>
    <p>On the left a Ringotel user, on the right a phone. Both go by <b>${about.template.name}</b> and nothing else.</p>
    <div class="firsts">
      ${about.template.sends_text && html`<button class="solid user" onClick=${() => send("user", { content: "Hello from Ringotel", file: null })}>Say hello <${Icon} name="send" /></button>`}
      ${about.template.receives.message && html`<button class="solid hand" onClick=${() => send("handset", { content: "Hello from the phone", file: null })}><${Icon} name="send" /> Say hello back</button>`}
      ${about.template.sends_files && sample && html`<button class="quiet" onClick=${() => send("user", { content: "", file: sample })}><${Icon} name="picture" /> Send a picture</button>`}
    </div>
    <p class="soft">Or point your own provider or script at the webhook address:</p>
    <${Copied} text=${about.public_url ? new URL(new URL(about.webhook_url).pathname, about.public_url).href : about.webhook_url} what="Webhook address" />
  </div>`;
}
