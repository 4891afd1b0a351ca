// The weather dial: trouble for either side, in three settings or in detail.
import { html, useState } from "./html.js";
import { setWeather } from "./actions.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icons.js";
import { useStore } from "./store.js";

const CALM = { status: null, fault: null, probability: 1, delay_ms: 0, jitter_ms: 0, rate_per_s: null, burst: null };

const SETTINGS = {
  clear: { title: "Clear", told: "Everything answers at once.", trouble: CALM },
  drizzle: { title: "Drizzle", told: "Slow at times, and one request in ten gets a 503.", trouble: { ...CALM, status: 503, probability: 0.1, delay_ms: 200, jitter_ms: 400 } },
  storm: { title: "Storm", told: "A third fails, answers take seconds, and more than two a second are too many.", trouble: { ...CALM, status: 500, probability: 0.35, delay_ms: 800, jitter_ms: 1500, rate_per_s: 2, burst: 4 } },
};

const FAULTS = {
  hang: "never answer", "half-close": "close half-way", truncate: "cut the body short", charset: "wrong charset", html: "HTML with 200", redirect: "redirect", gzip: "gzip unasked",
};

/** How often something happens makes no difference where nothing does. */
const told = (trouble) => ({ ...trouble, probability: trouble.status || trouble.fault ? trouble.probability : 1 });

const same = (one, other) => Boolean(one) && Object.keys(CALM).every((key) => told({ ...CALM, ...one })[key] === told(other)[key]);

/** The setting that this is, or "custom". */
export function settingOf(chaos) {
  const fits = ([, { trouble }]) => same(chaos?.ringotel, trouble) && same(chaos?.provider, trouble);
  return Object.entries(SETTINGS).find(fits)?.[0] ?? (chaos ? "custom" : "clear");
}

const amount = (text) => (text === "" ? null : Number(text));

function Side({ title, trouble, set }) {
  const field = (name, label, attributes) => html`<label>${label}<input type="number" min="0" value=${trouble[name] ?? ""} ...${attributes} onChange=${(event) => set({ [name]: attributes.needed ? amount(event.target.value) ?? 0 : amount(event.target.value) })} /></label>`;
  const percent = Math.round(trouble.probability * 100);
  return html`<fieldset><legend>${title}</legend>
    <label class="wide">How often <output>${percent} %</output>
      <input type="range" min="0" max="100" value=${percent} onChange=${(event) => set({ probability: event.target.value / 100 })} /></label>
    <label>Status<select onChange=${(event) => set({ status: amount(event.target.value) })}>
      ${["", 400, 401, 403, 404, 408, 429, 500, 502, 503, 504].map((status) => html`<option value=${status} selected=${(trouble.status ?? "") === status}>${status || "as it is"}</option>`)}
    </select></label>
    <label>Fault<select onChange=${(event) => set({ fault: event.target.value || null })}>
      <option value="" selected=${!trouble.fault}>none</option>
      ${Object.entries(FAULTS).map(([fault, told]) => html`<option value=${fault} selected=${trouble.fault === fault}>${told}</option>`)}
    </select></label>
    ${field("delay_ms", "Delay, ms", { step: 50, needed: true })}
    ${field("jitter_ms", "Jitter, ms", { step: 50, needed: true })}
    ${field("rate_per_s", "At most, per s", { step: "any", placeholder: "any" })}
    ${field("burst", "Burst", { step: 1, placeholder: "–" })}
  </fieldset>`;
}

export function Weather() {
  const chaos = useStore((state) => state.chaos) ?? { ringotel: CALM, provider: CALM, seed: 0 };
  const setting = settingOf(chaos);
  const [detailed, setDetailed] = useState(setting === "custom");
  const whole = { seed: chaos.seed, ringotel: { ...CALM, ...chaos.ringotel }, provider: { ...CALM, ...chaos.provider } };
  const choose = (name) => setWeather({ ...whole, ringotel: SETTINGS[name].trouble, provider: SETTINGS[name].trouble });
  return html`<${Dialog} title="Weather" class="weather">
    <div class="dial" role="radiogroup" aria-label="Weather">
      ${Object.entries(SETTINGS).map(
        ([name, { title }]) => html`<label class=${name}><input type="radio" name="weather" checked=${name === setting} onChange=${() => choose(name)} /><${Icon} name=${name} /><span>${title}</span></label>`,
      )}
    </div>
    <p class="soft" aria-live="polite">${SETTINGS[setting]?.told ?? "A weather of your own."}</p>
    <details open=${detailed} onToggle=${(event) => setDetailed(event.target.open)}><summary>In detail</summary>
      <div class="sides">
        <${Side} title="Ringotel's side" trouble=${whole.ringotel} set=${(values) => setWeather({ ...whole, ringotel: { ...whole.ringotel, ...values } })} />
        <${Side} title="The provider's side" trouble=${whole.provider} set=${(values) => setWeather({ ...whole, provider: { ...whole.provider, ...values } })} />
      </div>
      <label class="seed">Seed<input type="number" value=${chaos.seed} onChange=${(event) => setWeather({ ...whole, seed: amount(event.target.value) ?? 0 })} /></label>
    </details>
  <//>`;
}
