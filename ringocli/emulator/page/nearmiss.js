// A webhook that nearly fits: what the template expects beside what came, and the change that would mend it.
import { html, useEffect, useState } from "./html.js";
import * as api from "./api.js";
import { replay } from "./actions.js";
import { Icon } from "./icons.js";
import { sideBySide } from "./unified.js";
import { notify } from "./notices.js";
import { clip, visible } from "./text.js";

const words = (value) => {
  if (value === null || value === undefined) return html`<em class="soft">nothing</em>`;
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 1);
  return html`<span dir="auto">${visible(clip(text, 600, 12))}</span>`;
};

function Differences({ differences }) {
  return html`<div class="differences" role="table" aria-label="Where the webhook differs">
    <div class="heads" role="row"><span role="columnheader">The template expects</span><span role="columnheader">The webhook has</span></div>
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
        : html`<div class="pair" role="row"><pre role="cell" class=${left.kind}>${visible(left.text)}</pre><pre role="cell" class=${right.kind}>${visible(right.text)}</pre></div>`,
    )}
  </div>`;
}

function Breaks({ ids }) {
  if (!ids.length) return null;
  return html`<p class="why">With this change, these webhooks would no longer be read as they were:
    ${ids.slice(0, 20).map((id) => html` <a href=${`#/x/${id}`}>${id}</a>`)}</p>`;
}

export function NearMiss({ exchange }) {
  const { near_miss: miss, id } = exchange;
  const [proposal, setProposal] = useState(null);
  const [busy, setBusy] = useState(false);
  const fetchIt = (call) => {
    setBusy(true);
    call(id).then(setProposal, notify).finally(() => setBusy(false));
  };
  useEffect(() => fetchIt(api.proposal), [id]);
  const applied = proposal?.applied;
  return html`<section class="miss">
    <h3><${Icon} name="warning" />Not quite <b>${miss.event_type}</b>${miss.event_key && html` <code>${visible(miss.event_key)}</code>`}<span class="soft">${miss.pointer}</span></h3>
    <${Differences} differences=${miss.differences} />
    ${proposal && !proposal.diff && html`<p class="why">No small change of the template would mend this. Edit the event by hand; the file is watched.</p>`}
    ${proposal?.diff && html`<h4>${applied ? "The template has this change now" : "What would mend it"}</h4><${Split} diff=${proposal.diff} />`}
    ${proposal?.findings.map((finding) => html`<p class="why">${finding.severity} <code>${finding.code}</code> ${visible(finding.message)}</p>`)}
    ${proposal && html`<${Breaks} ids=${proposal.breaks} />`}
    ${proposal?.diff && proposal.matches === false && html`<p class="why">This mends a part of it; the webhook would still not fit.</p>`}
    ${proposal?.diff && html`<div class="firsts">
      ${applied
        ? html`<button class="solid user" onClick=${() => replay(id)}><${Icon} name="replay" />Replay it</button><span class="state delivered"><${Icon} name="check" />Applied</span>`
        : html`<button class="solid user" disabled=${busy || !proposal?.ok} onClick=${() => fetchIt(api.applyPatch)}><${Icon} name="apply" />Apply to template</button>`}
    </div>`}
  </section>`;
}
