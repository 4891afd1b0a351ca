// A near miss: what the template expects, what was received, and the edit that would make it match.
import { html, useEffect, useState } from "./html.js";
import * as api from "./api.js";
import { replay } from "./actions.js";
import { Icon } from "./icons.js";
import { sideBySide } from "./diff.js";
import { notify } from "./notices.js";
import { clip, visible } from "./text.js";

const words = (value) => {
  if (value === null || value === undefined) return html`<em class="soft">nothing</em>`;
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 1);
  return html`<span dir="auto">${visible(clip(text, 600, 12))}</span>`;
};

function Differences({ differences }) {
  return html`<div class="differences" role="table" aria-label="Where the webhook differs">
    <div class="heads" role="row">
      <span role="columnheader">The template expects</span><span role="columnheader">The webhook contains</span>
    </div>
    ${differences.map(
      ({ pointer, expected, found }) => html`<div class="difference" role="row">
        <span class="place" role="rowheader"><bdi>${visible(pointer || "/")}</bdi></span>
        <span class="minus" role="cell">${words(expected)}</span><span class="plus" role="cell">${words(found)}</span>
      </div>`,
    )}
  </div>`;
}

function Split({ diff }) {
  return html`<div class="split" role="table" aria-label="The change to the template, side by side" tabindex="0">
    ${sideBySide(diff).map(([left, right]) =>
      left.kind === "gap"
        ? html`<div class="gap" role="row"><span role="cell">⋯</span></div>`
        : html`<div class="pair" role="row">
            ${[left, right].map(({ kind, text }) => html`<pre role="cell" class=${kind}>${visible(text)}</pre>`)}
          </div>`,
    )}
  </div>`;
}

function Breaks({ ids }) {
  if (!ids.length) return null;
  return html`<p class="why">With this change, these earlier webhooks would be read differently:
    ${ids.slice(0, 20).map((id) => html` <a href=${`#/x/${id}`}>${id}</a>`)}</p>`;
}

/** The proposed edit of the template, its effect on other webhooks, and the button that applies it. */
function Proposal({ id, proposal, busy, apply }) {
  const { diff, applied, findings, breaks, matches, ok } = proposal;
  if (!diff) {
    return html`<p class="why">
      No small edit of the template makes this match. Edit the event in the file; it is reloaded when you save it.
    </p>`;
  }
  return html`<h4>${applied ? "The template now contains this edit" : "Suggested edit"}</h4>
    <${Split} diff=${diff} />
    ${findings.map(
      ({ severity, code, message }) => html`<p class="why">${severity} <code>${code}</code> ${visible(message)}</p>`,
    )}
    <${Breaks} ids=${breaks} />
    ${matches === false && html`<p class="why">This is a partial fix: the webhook would still not match.</p>`}
    <div class="firsts">
      ${
        applied
          ? html`<button class="solid user" onClick=${() => replay(id)}><${Icon} name="replay" />Fits now: replay</button>
              <span class="state delivered"><${Icon} name="check" />Applied</span>`
          : html`<button class="solid user" disabled=${busy || !ok} onClick=${apply}>
              <${Icon} name="apply" />Apply to template
            </button>`
      }
    </div>`;
}

export function NearMiss({ exchange }) {
  const { near_miss: miss, id } = exchange;
  const [proposal, setProposal] = useState(null);
  const [busy, setBusy] = useState(false);
  const fetchIt = (call) => {
    setBusy(true);
    call(id)
      .then(setProposal, notify)
      .finally(() => setBusy(false));
  };
  useEffect(() => fetchIt(api.proposal), [id]);
  return html`<section class="miss">
    <h3>
      <${Icon} name="warning" />Near miss: <b>${miss.event_type}</b>
      ${miss.event_key && html`<code>${visible(miss.event_key)}</code>`}<span class="soft">${miss.pointer}</span>
    </h3>
    <${Differences} differences=${miss.differences} />
    ${proposal && html`<${Proposal} id=${id} proposal=${proposal} busy=${busy} apply=${() => fetchIt(api.applyPatch)} />`}
  </section>`;
}
