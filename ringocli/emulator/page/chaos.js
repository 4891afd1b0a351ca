// The Chaos dialog: faults injected on either side, as three presets or in detail.
import { html, useState } from "./html.js";
import { setChaos } from "./actions.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icons.js";
import { useStore } from "./store.js";

const NONE = { status: null, fault: null, probability: 1, delay_ms: 0, jitter_ms: 0, rate_per_s: null, burst: null };

const SETTINGS = {
  none: { title: "None", about: "Every request is answered at once.", side: NONE },
  mild: {
    title: "Mild",
    about: "Replies are sometimes slow, and one request in ten gets a 503.",
    side: { ...NONE, status: 503, probability: 0.1, delay_ms: 200, jitter_ms: 400 },
  },
  severe: {
    title: "Severe",
    about: "A third of all requests fail, replies take seconds, and the limit is two requests a second.",
    side: { ...NONE, status: 500, probability: 0.35, delay_ms: 800, jitter_ms: 1500, rate_per_s: 2, burst: 4 },
  },
};

const FAULTS = {
  hang: "never reply",
  "half-close": "close the connection mid-reply",
  truncate: "truncate the body",
  charset: "wrong charset",
  html: "HTML with 200",
  redirect: "redirect",
  gzip: "gzip that was not requested",
};

/** The settings without a probability that has no effect: without a status or a fault nothing happens. */
const effective = (chaos) => ({ ...chaos, probability: chaos.status || chaos.fault ? chaos.probability : 1 });

const same = (one, other) =>
  Boolean(one) && Object.keys(NONE).every((key) => effective({ ...NONE, ...one })[key] === effective(other)[key]);

/** The name of the preset that these settings are, or "custom". */
export function settingOf(chaos) {
  const fits = ([, { side }]) => same(chaos?.ringotel, side) && same(chaos?.provider, side);
  return Object.entries(SETTINGS).find(fits)?.[0] ?? (chaos ? "custom" : "none");
}

const STATUSES = [400, 401, 403, 404, 408, 429, 500, 502, 503, 504];

/** A number field; left empty, its value is `empty`. */
function Amount({ label, value, set, empty = null, ...rest }) {
  const onChange = (event) => set(event.target.value === "" ? empty : Number(event.target.value));
  return html`<label>${label}<input type="number" value=${value ?? ""} onChange=${onChange} ...${rest} /></label>`;
}

function Choice({ label, value, options, set }) {
  return html`<label>${label}
    <select onChange=${(event) => set(event.target.value || null)}>
      ${options.map(([key, words]) => html`<option value=${key} selected=${String(value ?? "") === key}>${words}</option>`)}
    </select>
  </label>`;
}

function Side({ title, chaos, set }) {
  // A probability has an effect only with a status or a fault.
  const hasEffect = chaos.status !== null || chaos.fault !== null;
  const percent = Math.round(chaos.probability * 100);
  const statuses = [["", "unchanged"], ...STATUSES.map((status) => [String(status), status])];
  const only = (name) => (value) => set({ [name]: value });
  return html`<fieldset><legend>${title}</legend>
    <label class="wide">Probability <output>${hasEffect ? `${percent} %` : "–"}</output>
      <input
        type="range"
        min="0"
        max="100"
        value=${percent}
        disabled=${!hasEffect}
        onChange=${(event) => set({ probability: event.target.value / 100 })}
      />
    </label>
    <${Choice}
      label="Status"
      value=${chaos.status}
      options=${statuses}
      set=${(status) => set({ status: status && Number(status) })}
    />
    <${Choice}
      label="Fault"
      value=${chaos.fault}
      options=${[["", "none"], ...Object.entries(FAULTS)]}
      set=${only("fault")}
    />
    <${Amount} label="Delay, ms" min="0" step="50" empty=${0} value=${chaos.delay_ms} set=${only("delay_ms")} />
    <${Amount} label="Jitter, ms" min="0" step="50" empty=${0} value=${chaos.jitter_ms} set=${only("jitter_ms")} />
    <${Amount}
      label="Limit, per second"
      min="0"
      step="any"
      placeholder="none"
      value=${chaos.rate_per_s}
      set=${only("rate_per_s")}
    />
    <${Amount} label="Burst" min="1" placeholder="–" value=${chaos.burst} set=${only("burst")} />
  </fieldset>`;
}

export function Chaos() {
  const chaos = useStore((state) => state.chaos) ?? { ringotel: NONE, provider: NONE, seed: 0 };
  const setting = settingOf(chaos);
  const [detailed, setDetailed] = useState(setting === "custom");
  const whole = {
    seed: chaos.seed,
    ringotel: { ...NONE, ...chaos.ringotel },
    provider: { ...NONE, ...chaos.provider },
  };
  const only = (side) => (values) => setChaos({ ...whole, [side]: { ...whole[side], ...values } });
  const choose = (name) => setChaos({ ...whole, ringotel: SETTINGS[name].side, provider: SETTINGS[name].side });
  return html`<${Dialog} title="Chaos" class="chaos">
    <div class="dial" role="radiogroup" aria-label="Chaos">
      ${Object.entries(SETTINGS).map(
        ([name, { title }]) =>
          html`<label class=${name}>
            <input type="radio" name="chaos" checked=${name === setting} onChange=${() => choose(name)} />
            <${Icon} name=${name} /><span>${title}</span>
          </label>`,
      )}
    </div>
    <p class="soft" aria-live="polite">${SETTINGS[setting]?.about ?? "Custom settings."}</p>
    <details open=${detailed} onToggle=${(event) => setDetailed(event.target.open)}><summary>Details</summary>
      <div class="sides">
        <${Side} title="Ringotel" chaos=${whole.ringotel} set=${only("ringotel")} />
        <${Side} title="Provider" chaos=${whole.provider} set=${only("provider")} />
      </div>
      <div class="seed">
        <${Amount} label="Seed" empty=${0} value=${chaos.seed} set=${(seed) => setChaos({ ...whole, seed })} />
      </div>
    </details>
  <//>`;
}
