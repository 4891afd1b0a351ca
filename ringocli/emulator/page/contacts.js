// The conversation picker: the contact, and the SMS number that the Ringotel user sends from.
import { html, useMemo, useState } from "./html.js";
import { talkTo } from "./actions.js";
import { contacts, contentOf } from "./conversation.js";
import { Icon } from "./icons.js";
import { Popover } from "./popover.js";
import { useStore } from "./store.js";
import { clip, phone, plain } from "./text.js";
import { minute } from "./time.js";

const SHOWN = 50;

function snippet({ text, file }) {
  return clip(plain(text || (file ? "A file" : "")), 60);
}

function Choice({ close }) {
  const items = useStore((state) => state.feed.items);
  const about = useStore((state) => state.about);
  const unread = useStore((state) => state.unread);
  const number = useStore((state) => state.number);
  const present = useStore((state) => state.contact);
  const [typed, setTyped] = useState("");
  const [own, setOwn] = useState(number);
  const known = useMemo(() => contacts(items), [items]);
  const digits = typed.replace(/[^\d+a-z]/gi, "");
  const found = known.filter(({ contact }) => contact.includes(digits)).slice(0, SHOWN);
  const go = (contact) => {
    talkTo(contact, own.trim() || number);
    close();
  };
  const first = (event) => {
    event.preventDefault();
    const spelled = typed.trim();
    // Numbers are displayed with spaces and parentheses, and sent without.
    if (spelled) go(/^[+\d\s().-]+$/.test(spelled) ? spelled.replace(/[\s().-]/g, "") : spelled);
    else if (own.trim() && own.trim() !== number) go(present);
  };
  const magic = (about?.magic_numbers ?? []).filter((one) => one.number.includes(digits));
  return html`<form class="contacts" onSubmit=${first}>
    <label>
      Talk to
      <input
        type="tel"
        placeholder="Any number, Enter to start"
        value=${typed}
        onInput=${(event) => setTyped(event.target.value)}
      />
    </label>
    <div class="choices">
      ${found.map(
        ({ contact, last }) => html`<button
          type="button"
          key=${contact}
          class="choice"
          aria-pressed=${contact === present ? "true" : "false"}
          onClick=${() => go(contact)}
        >
          <b title=${contact}>${phone(contact)}</b><time>${minute(last.at)}</time>
          <span class="soft"><bdi>${snippet(contentOf(last))}</bdi></span>
          ${unread[contact] && html`<span class="count" aria-label=${`${unread[contact]} unread`}>${unread[contact]}</span>`}
        </button>`,
      )}
      ${magic.length > 0 && html`<h3>Magic numbers</h3>`}
      ${magic.map(
        (
          one,
        ) => html`<button type="button" key=${`magic ${one.number}`} class="choice magic" onClick=${() => go(one.number)}>
          <b>${phone(one.number)}</b><span class="soft">${one.does}</span>
        </button>`,
      )}
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
    ${unread > 0 && html`<span class="count" aria-label=${`${unread} unread elsewhere`}>${unread > 99 ? "99+" : unread}</span>`}`;
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
