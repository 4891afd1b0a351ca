// A lasting banner while the template's file cannot be used, or something was missing at start.
import { html } from "./html.js";
import { Icon } from "./icons.js";
import { change, useStore } from "./store.js";
import { visible } from "./text.js";
import { second } from "./time.js";

export function Banner() {
  const about = useStore((state) => state.about);
  if (!about) return null;
  const { problem, loaded_at: loaded } = about.template;
  return html`<div class="banners" role="status">
    ${
      problem &&
      html`<p class="banner bad">
        <${Icon} name="warning" />
        <span><b>The template file is not in use:</b> <bdi>${visible(problem)}.</bdi>${" "}
          The version loaded at ${second(loaded)} stays in use until the file is fixed.</span>
        <button class="as-link" onClick=${() => change({ dialog: "template" })}>Show template</button>
      </p>`
    }
    ${(about.warnings ?? []).map(
      (warning) => html`<p class="banner"><${Icon} name="warning" /><span><bdi>${visible(warning)}</bdi></span></p>`,
    )}
  </div>`;
}
