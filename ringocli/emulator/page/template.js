// The Template dialog: the version in use, and what lint finds in it.
import { html, useEffect, useState } from "./html.js";
import * as api from "./api.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icons.js";
import { useStore } from "./store.js";
import { visible } from "./text.js";
import { moment } from "./time.js";

function Finding({ finding, line }) {
  const { severity, code, message } = finding;
  const bad = severity === "error" ? "bad" : "";
  return html`<li class=${bad}><${Icon} name=${bad ? "warning" : "about"} />
    <span>${severity} <code>${code}</code> ${visible(message)}${" "}
      <button type="button" class="as-link" onClick=${() => document.getElementById(`line-${line}`)?.scrollIntoView({ block: "center" })}>line ${line}</button></span>
  </li>`;
}

export function Template() {
  const sha256 = useStore((state) => state.about?.template.sha256);
  const problem = useStore((state) => state.about?.template.problem);
  const [known, setKnown] = useState({});
  useEffect(() => {
    api.template().then(
      (template) => setKnown({ template }),
      (error) => setKnown({ error }),
    );
  }, [sha256, problem]);
  const { template, error } = known;
  return html`<${Dialog} title="Template" class="source">
    ${error && html`<p class="nothing">${error.message} ${error.hint}</p>`}
    ${
      template &&
      html`<p><code><bdi>${visible(template.path)}</bdi></code>, loaded ${moment(template.loaded_at)}</p>
        ${template.problem && html`<ul class="notes"><li class="bad"><${Icon} name="warning" /><span>The file on disk is not in use: ${visible(template.problem)}. The version below is.</span></li></ul>`}
        ${
          template.findings.length
            ? html`<ul class="notes">${template.findings.map((finding) => html`<${Finding} finding=${finding} line=${finding.line} />`)}</ul>`
            : html`<p class="soft">No findings.</p>`
        }
        <ol class="lines" tabindex="0" aria-label="Lines of the template">
          ${template.text.split("\n").map(
            (line, at) => html`<li id=${`line-${at + 1}`} class=${template.findings.some((finding) => finding.line === at + 1) ? "found" : ""}>${visible(line) || " "}</li>`,
          )}
        </ol>`
    }
  <//>`;
}
