// The conversation picker: the contact, and the SMS number that the Ringotel user sends from.
import { html, useMemo, useState } from "./html.js";
import { talkTo } from "./actions.js";
import { contentOf, conversationKey, conversations } from "./conversation.js";
import { Icon } from "./icons.js";
import { Popover } from "./popover.js";
import { useStore } from "./store.js";
import { clip, phone, plain } from "./text.js";
import { minute } from "./time.js";

const SHOWN = 50;

/** A number as it is sent: displayed ones have spaces, hyphens and parentheses. */
const dialled = (typed) => (/^[+\d\s().-]+$/.test(typed) ? typed.replace(/[\s().-]/g, "") : typed);

function snippet({ text, file }) {
  return clip(plain(text || (file ? "A file" : "")), 60);
}

/** What can be chosen: known conversations, magic numbers, and the number that was typed. */
function optionsFor(typed, known, magic, number) {
  const digits = typed.replace(/[^\d+a-z]/gi, "");
  const spelled = dialled(typed.trim());
  const found = known.filter((one) => one.contact.includes(digits)).slice(0, SHOWN);
  const numbers = new Set(known.map((one) => one.number)).size;
  const options = found.map((one) => ({
    ...one,
    number: one.number || number,
    key: conversationKey(one),
    words: snippet(contentOf(one.last)),
    several: numbers > 1,
  }));
  for (const one of magic.filter((candidate) => candidate.number.includes(digits)))
    options.push({ key: `magic ${one.number}`, contact: one.number, number, words: one.does, magic: true });
  if (spelled && !options.some((one) => one.contact === spelled))
    options.push({ key: "typed", contact: spelled, number, words: "New conversation" });
  return options;
}

function Option({ option, current, chosen, choose }) {
  const unread = useStore((state) => state.unread[option.key]);
  return html`<button
    type="button"
    id=${`with ${option.key}`}
    role="option"
    tabindex="-1"
    class="choice ${option.magic ? "magic" : ""} ${current ? "current" : ""}"
    aria-selected=${chosen ? "true" : "false"}
    onClick=${choose}
  >
    <b title=${option.contact}>${phone(option.contact)}</b>
    ${option.last && html`<time>${minute(option.last.at)}</time>`}
    <span class="soft"><bdi>${option.words}</bdi></span>
    ${unread && html`<span class="count" aria-label=${`${unread} unread`}>${unread}</span>`}
    ${option.several && html`<span class="soft via">with ${phone(option.number)}</span>`}
  </button>`;
}

function Choice({ close }) {
  const items = useStore((state) => state.feed.items);
  const magic = useStore((state) => state.about?.magic_numbers) ?? [];
  const number = useStore((state) => state.number);
  const present = useStore((state) => state.contact);
  const [typed, setTyped] = useState("");
  const [own, setOwn] = useState(number);
  const [at, setAt] = useState(-1);
  const known = useMemo(() => conversations(items), [items]);
  const options = optionsFor(typed, known, magic, own.trim() || number);
  const current = options[at] ?? (typed.trim() ? options[0] : undefined);
  const go = (contact, from) => {
    talkTo(contact, from);
    close();
  };
  const onSubmit = (event) => {
    event.preventDefault();
    if (current) go(current.contact, current.number);
    else if (own.trim()) go(present, dialled(own.trim()));
  };
  const onKeyDown = (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const from = current ? options.indexOf(current) : event.key === "ArrowDown" ? -1 : 0;
    const to = (from + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length;
    setAt(to);
    document.getElementById(`with ${options[to]?.key}`)?.scrollIntoView({ block: "nearest" });
  };
  const first = options.findIndex((one) => one.magic);
  const view = (option) => html`<${Option}
    key=${option.key}
    option=${option}
    current=${option === current}
    chosen=${option.contact === present && (!option.last || option.number === number)}
    choose=${() => go(option.contact, option.number)}
  />`;
  return html`<form class="contacts" onSubmit=${onSubmit}>
    <label>
      Talk to
      <input
        type="tel"
        role="combobox"
        aria-expanded="true"
        aria-controls="conversations"
        aria-activedescendant=${current ? `with ${current.key}` : undefined}
        autocomplete="off"
        placeholder="Any number, Enter to start"
        value=${typed}
        onInput=${(event) => (setTyped(event.target.value), setAt(-1))}
        onKeyDown=${onKeyDown}
      />
    </label>
    <div class="choices" id="conversations" role="listbox" aria-label="Conversations and magic numbers" tabindex="-1">
      ${options.map((option, index) => [
        index === first && html`<div class="title" role="presentation">Magic numbers</div>`,
        view(option),
      ])}
    </div>
    <label>From the SMS number<input type="tel" value=${own} onInput=${(event) => setOwn(event.target.value)} /></label>
    <button class="unseen" tabindex="-1">Start</button>
  </form>`;
}

export function Contacts() {
  const contact = useStore((state) => state.contact);
  const number = useStore((state) => state.number);
  const unread = useStore((state) => Object.values(state.unread).reduce((sum, count) => sum + count, 0));
  const face = html`<span class="picked" title=${contact}>${phone(contact)}</span><${Icon} name="down" />
    ${unread > 0 && html`<span class="count">${unread > 99 ? "99+" : unread}<span class="unseen"> unread elsewhere</span></span>`}`;
  return html`<header class="head">
    <span class="avatar"><${Icon} name="user" /></span>
    <div class="who">
      <h2>Ringotel user <span class="of" title=${number}>${phone(number)}</span></h2>
      <${Popover} label="Choose the conversation" class="picker" button="pick" face=${face}>
        ${(close) => html`<${Choice} close=${close} />`}
      <//>
    </div>
  </header>`;
}
