// The weather dial: trouble for either side, in three settings or in detail.
import { html, useState } from "./html.js";
import { setWeather } from "./actions.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icons.js";
import { useStore } from "./store.js";

const CALM = { status: null, fault: null, probability: 1, delay_ms: 0, jitter_ms: 0, rate_per_s: null, burst: null };

const SETTINGS = {
  clear: { title: "Clear", told: "Everything answers at once.", trouble: CALM },
  drizzle: {
    title: "Drizzle",
    told: "Slow at times, and one request in ten gets a 503.",
    trouble: { ...CALM, status: 503, probability: 0.1, delay_ms: 200, jitter_ms: 400 },
  },
  storm: {
    title: "Storm",
    told: "A third fails, answers take seconds, and more than two a second are too many.",
    trouble: { ...CALM, status: 500, probability: 0.35, delay_ms: 800, jitter_ms: 1500, rate_per_s: 2, burst: 4 },
  },
};

const FAULTS = {
  hang: "never answer",
  "half-close": "close half-way",
  truncate: "cut the body short",
  charset: "wrong charset",
  html: "HTML with 200",
  redirect: "redirect",
  gzip: "gzip unasked",
};

/** How often something happens makes no difference where nothing does. */
const told = (trouble) => ({ ...trouble, probability: trouble.status || trouble.fault ? trouble.probability : 1 });

const same = (one, other) =>
  Boolean(one) && Object.keys(CALM).every((key) => told({ ...CALM, ...one })[key] === told(other)[key]);

/** The setting that this is, or "custom". */
export function settingOf(chaos) {
  const fits = ([, { trouble }]) => same(chaos?.ringotel, trouble) && same(chaos?.provider, trouble);
  return Object.entries(SETTINGS).find(fits)?.[0] ?? (chaos ? "custom" : "clear");
}

const STATUSES = [400, 401, 403, 404, 408, 429, 500, 502, 503, 504];

/** A number that is set as soon as it is typed; an empty field is `empty`. */
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

function Side({ title, trouble, set }) {
  // Without a status or a fault there is nothing that could happen more or less often.
  const strikes = trouble.status !== null || trouble.fault !== null;
  const percent = Math.round(trouble.probability * 100);
  const statuses = [["", "as it is"], ...STATUSES.map((status) => [String(status), status])];
  const only = (name) => (value) => set({ [name]: value });
  return html`<fieldset><legend>${title}</legend>
    <label class="wide">How often <output>${strikes ? `${percent} %` : "–"}</output>
      <input
        type="range"
        min="0"
        max="100"
        value=${percent}
        disabled=${!strikes}
        onChange=${(event) => set({ probability: event.target.value / 100 })}
      />
    </label>
    <${Choice}
      label="Status"
      value=${trouble.status}
      options=${statuses}
      set=${(status) => set({ status: status && Number(status) })}
    />
    <${Choice}
      label="Fault"
      value=${trouble.fault}
      options=${[["", "none"], ...Object.entries(FAULTS)]}
      set=${only("fault")}
    />
    <${Amount} label="Delay, ms" min="0" step="50" empty=${0} value=${trouble.delay_ms} set=${only("delay_ms")} />
    <${Amount} label="Jitter, ms" min="0" step="50" empty=${0} value=${trouble.jitter_ms} set=${only("jitter_ms")} />
    <${Amount}
      label="At most, per s"
      min="0"
      step="any"
      placeholder="any"
      value=${trouble.rate_per_s}
      set=${only("rate_per_s")}
    />
    <${Amount} label="Burst" min="1" placeholder="–" value=${trouble.burst} set=${only("burst")} />
  </fieldset>`;
}

export function Weather() {
  const chaos = useStore((state) => state.chaos) ?? { ringotel: CALM, provider: CALM, seed: 0 };
  const setting = settingOf(chaos);
  const [detailed, setDetailed] = useState(setting === "custom");
  const whole = {
    seed: chaos.seed,
    ringotel: { ...CALM, ...chaos.ringotel },
    provider: { ...CALM, ...chaos.provider },
  };
  const only = (side) => (values) => setWeather({ ...whole, [side]: { ...whole[side], ...values } });
  const choose = (name) => setWeather({ ...whole, ringotel: SETTINGS[name].trouble, provider: SETTINGS[name].trouble });
  return html`<${Dialog} title="Weather" class="weather">
    <div class="dial" role="radiogroup" aria-label="Weather">
      ${Object.entries(SETTINGS).map(
        ([name, { title }]) =>
          html`<label class=${name}>
            <input type="radio" name="weather" checked=${name === setting} onChange=${() => choose(name)} />
            <${Icon} name=${name} /><span>${title}</span>
          </label>`,
      )}
    </div>
    <p class="soft" aria-live="polite">${SETTINGS[setting]?.told ?? "A weather of your own."}</p>
    <details open=${detailed} onToggle=${(event) => setDetailed(event.target.open)}><summary>In detail</summary>
      <div class="sides">
        <${Side} title="Ringotel's side" trouble=${whole.ringotel} set=${only("ringotel")} />
        <${Side} title="The provider's side" trouble=${whole.provider} set=${only("provider")} />
      </div>
      <div class="seed">
        <${Amount} label="Seed" empty=${0} value=${chaos.seed} set=${(seed) => setWeather({ ...whole, seed })} />
      </div>
    </details>
  <//>`;
}
