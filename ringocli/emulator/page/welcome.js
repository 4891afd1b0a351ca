// Shown while there are no exchanges: the first three things to try.
import { html } from "./html.js";
import { send } from "./actions.js";
import { Copied } from "./copyable.js";
import { Icon } from "./icons.js";
import { useStore } from "./store.js";

const say = (side, content, file = null) => send(side, { content, file });

/** The webhook URL as a provider reaches it: through the tunnel, if there is one. */
function outside({ webhook_url: here, public_url: there }) {
  return there ? new URL(new URL(here).pathname, there).href : here;
}

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
    <h2>A Ringotel user, a phone, and the traffic between them</h2>
    <p>The Ringotel user is on the left, the phone on the right. Everything between them follows the template <b>${about.template.name}</b>.</p>
    <div class="firsts">
      ${
        about.template.sends_text &&
        html`<button class="solid user" onClick=${() => say("user", "Hello from Ringotel")}>
          Say hello <${Icon} name="send" />
        </button>`
      }
      ${
        about.template.receives.message &&
        html`<button class="solid hand" onClick=${() => say("handset", "Hello from the phone")}>
          <${Icon} name="send" /> Say hello back
        </button>`
      }
      ${
        about.template.sends_files &&
        sample &&
        html`<button class="quiet" onClick=${() => say("user", "", sample)}>
          <${Icon} name="picture" /> Send a picture
        </button>`
      }
    </div>
    <p class="soft">Or send webhooks from your own provider or script to:</p>
    <${Copied} text=${outside(about)} what="Webhook URL" />
  </div>`;
}
