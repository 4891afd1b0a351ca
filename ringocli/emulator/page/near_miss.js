// A near miss: what the template expects, what was received, and the edits that would make it match.
import { html, useEffect, useRef, useState } from "./html.js";
import * as api from "./api.js";
import { replay } from "./actions.js";
import { Icon } from "./icons.js";
import { sideBySide } from "./diff.js";
import { notify } from "./notices.js";
import { useStore } from "./store.js";
import { clip, visible } from "./text.js";

const words = (value) => {
  if (value === null || value === undefined) return html`<em class="soft">nothing</em>`;
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 1);
  return html`<span dir="auto">${visible(clip(text, 600, 12))}</span>`;
};

/** A pointer as a button that takes part in a pair. */
function Place({ pointer, picked, pick }) {
  return html`<button
    type="button"
    class="place-button"
    aria-pressed=${picked ? "true" : "false"}
    title="Pair this with another field"
    onClick=${pick}
  ><bdi>${visible(pointer || "/")}</bdi></button>`;
}

function Differences({ differences, picked, pick }) {
  return html`<div class="differences" role="table" aria-label="Where the webhook differs">
    <div class="heads" role="row">
      <span role="columnheader">The template expects</span><span role="columnheader">The webhook contains</span>
    </div>
    ${differences.map(
      ({ pointer, expected, found }) => html`<div class="difference" role="row">
        <span class="place" role="rowheader">
          <${Place} pointer=${pointer} picked=${picked === pointer} pick=${() => pick(pointer)} />
        </span>
        <span class="minus" role="cell">${words(expected)}</span><span class="plus" role="cell">${words(found)}</span>
      </div>`,
    )}
  </div>`;
}

/** Received fields that nothing in the event reads. */
function Unclaimed({ unclaimed, picked, pick }) {
  if (!unclaimed?.length) return null;
  return html`<div class="unclaimed">
    <h4>Also received</h4>
    <ul>${unclaimed.map(
      ({ pointer, value }) => html`<li>
        <${Place} pointer=${pointer} picked=${picked === pointer} pick=${() => pick(pointer)} /> = <span dir="auto">${words(value)}</span>
      </li>`,
    )}</ul>
    <p class="why">To pair two fields, click one that the template expects, and one that was received.</p>
  </div>`;
}

/** Old and new lines side by side; lines that are only added need one column. */
function Split({ diff }) {
  const pairs = sideBySide(diff);
  const added = pairs.every(([left]) => left.kind !== "minus");
  return html`<div class="split ${added ? "added" : ""}" role="table" aria-label="The change to the template" tabindex="0">
    ${pairs.map(([left, right]) =>
      left.kind === "gap"
        ? html`<div class="gap" role="row"><span role="cell">⋯</span></div>`
        : html`<div class="pair" role="row">
            ${[left, right].map(({ kind, text }) => html`<pre role="cell" class=${kind}>${visible(text)}</pre>`)}
          </div>`,
    )}
  </div>`;
}

/** Why an edit is made, or which earlier webhooks would break. */
function Why({ why, breaks = [] }) {
  if (!why) return null;
  const sentence = `${why[0].toUpperCase()}${why.slice(1)}`;
  const links = breaks.slice(0, 20).map((id) => html` <a href=${`#/x/${id}`}>${id}</a>`);
  return html`<p class="why">${visible(sentence)}${links.length ? html`:${links}` : "."}</p>`;
}

/** One edit of the template, why it is or is not safe, and the button that applies it. */
function Proposal({ proposal, first, busy, apply }) {
  const [shown, setShown] = useState(first);
  const { diff, findings, breaks, matches, ok, why } = proposal;
  const second = proposal.as === "event";
  if (!diff) {
    return html`<${Why} why=${why} />
      <p class="why">Edit the event in the file; it is reloaded when you save it.</p>`;
  }
  return html`<div class="proposal">
    <h4>${second ? "Add as a second event" : "Suggested edit"}</h4>
    <${Why} why=${why} breaks=${matches ? breaks : []} />
    ${
      shown
        ? html`<${Split} diff=${diff} />`
        : html`<button type="button" class="show-all" onClick=${() => setShown(true)}>Show the change</button>`
    }
    ${findings.map(
      ({ severity, code, message }) => html`<p class="why">${severity} <code>${code}</code> ${visible(message)}</p>`,
    )}
    <div class="firsts">
      ${
        ok || !matches
          ? html`<button class="solid user" disabled=${busy || !ok} onClick=${() => apply({ as: proposal.as })}>
              <${Icon} name="apply" />${second ? "Add as a second event" : "Apply to template"}
            </button>`
          : html`<button class="quiet" disabled=${busy} onClick=${() => apply({ as: proposal.as, anyway: true })}>
              <${Icon} name="apply" />Apply anyway
            </button>`
      }
    </div>
  </div>`;
}

/** The webhook now matches, after an edit that was applied here (the focus moves to its button) or made in the file. */
function Fits({ id, diff, applied }) {
  const button = useRef();
  useEffect(() => applied && button.current.focus(), []);
  return html`<div class="proposal"><h4>The template now ${diff ? "contains this edit" : "reads this webhook"}</h4>
    ${diff && html`<${Split} diff=${diff} />`}
    <div class="firsts">
      <button class="solid user" ref=${button} onClick=${() => replay(id)}><${Icon} name="replay" />Matches now: replay</button>
      ${applied && html`<span class="state delivered"><${Icon} name="check" />Applied</span>`}
    </div>
  </div>`;
}

/** The two places that are being paired, and the pairs so far: `{missing: received}`. */
function usePairs() {
  const [half, setHalf] = useState({});
  const [pairs, setPairs] = useState({});
  const pick = (side) => (pointer) => {
    const next = { ...half, [side]: half[side] === pointer ? undefined : pointer };
    const whole = next.missing !== undefined && next.received !== undefined;
    if (whole) setPairs({ ...pairs, [next.missing]: next.received });
    setHalf(whole ? {} : next);
  };
  return [half, pairs, pick, () => setPairs({})];
}

function Pairs({ pairs, forget }) {
  const chosen = Object.entries(pairs);
  if (!chosen.length) return null;
  return html`<p class="why" role="status">
    Paired: ${chosen.map(([missing, received]) => html`<code>${visible(missing)}</code> is <code>${visible(received)}</code>. `)}
    <button type="button" class="as-link" onClick=${forget}>Undo</button>
  </p>`;
}

export function NearMiss({ exchange }) {
  const { near_miss: miss, id } = exchange;
  const version = useStore((state) => state.about?.template.sha256);
  const [proposal, setProposal] = useState(null);
  const [busy, setBusy] = useState(false);
  const [half, pairs, pick, forget] = usePairs();
  const asked = useRef(0);
  const applying = useRef(false);
  const ask = (answer) => {
    const turn = ++asked.current; // answers may arrive out of order
    const isLatest = () => turn === asked.current;
    setBusy(true);
    return answer.then((found) => isLatest() && setProposal(found), notify).finally(() => isLatest() && setBusy(false));
  };
  // After an edit in the file, the page shows whether the webhook now matches; an edit applied here stays in view.
  useEffect(() => {
    if (!applying.current && !proposal?.applied) ask(api.proposal(id, pairs));
  }, [pairs, version]);
  const apply = (how) => {
    applying.current = true;
    const done = ask(api.applyPatch(id, { ...how, ...(Object.keys(pairs).length ? { pairs } : {}) }));
    done.finally(() => (applying.current = false));
  };
  const shown = proposal ? [proposal, ...(proposal.alternatives ?? [])] : [];
  return html`<section class="miss">
    <h3>
      <${Icon} name="warning" />Near miss: <b>${miss.event_type}</b>
      ${miss.event_key && html`<code>${visible(miss.event_key)}</code>`}<span class="soft">${miss.pointer}</span>
    </h3>
    <${Differences} differences=${miss.differences} picked=${half.missing} pick=${pick("missing")} />
    <${Unclaimed} unclaimed=${miss.unclaimed} picked=${half.received} pick=${pick("received")} />
    <${Pairs} pairs=${pairs} forget=${forget} />
    ${
      proposal?.applied || (proposal?.matches && !proposal.diff)
        ? html`<${Fits} id=${id} diff=${proposal.diff} applied=${proposal.applied} />`
        : shown.map((one, at) => html`<${Proposal} key=${one.as} proposal=${one} first=${at === 0} busy=${busy} apply=${apply} />`)
    }
  </section>`;
}
