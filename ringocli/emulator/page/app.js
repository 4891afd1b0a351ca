// Assembles the page and starts it.
import { html, render, useEffect, useState } from "./html.js";
import * as api from "./api.js";
import { beginWith, followLink, talkTo, unsent } from "./actions.js";
import { About } from "./about.js";
import { Banner } from "./banner.js";
import { Compose } from "./compose.js";
import { Detail } from "./detail.js";
import { Clear, Help, Picture } from "./dialogs.js";
import { Brand, Icon, IconButton } from "./icons.js";
import { listen } from "./keyboard.js";
import { Notices, notify } from "./notices.js";
import { recall, setTheme, theme } from "./storage.js";
import { change, get, useStore } from "./store.js";
import { connect, refresh } from "./stream.js";
import { Talk } from "./chat.js";
import { Tabs } from "./tabs.js";
import { Template } from "./template.js";
import { plain } from "./text.js";
import { Chaos, settingOf } from "./chaos.js";
import { Wire } from "./wire.js";

const LINKS = { live: "Live", connecting: "Connecting", lost: "Reconnecting" };
const NEXT_THEME = { auto: "light", light: "dark", dark: "auto" };
function Theme() {
  const [name, setName] = useState(theme());
  const label = `Theme: ${name}`;
  const next = () => {
    setTheme(NEXT_THEME[name]);
    setName(NEXT_THEME[name]);
  };
  return html`<${IconButton} icon=${name} label=${label} onClick=${next} />`;
}

function Bar() {
  const about = useStore((state) => state.about);
  const link = useStore((state) => state.link);
  const words = LINKS[link];
  const chaos = settingOf(useStore((state) => state.chaos));
  const provider = about && (about.provider.host ?? `${about.provider.title}, emulated`);
  return html`<header class="bar">
    <h1><${Brand} /><span>ringocli</span></h1>
    ${
      about &&
      html`<button class="template" title="Template (t)" onClick=${() => change({ dialog: "template" })}>
        <b><bdi>${plain(about.template.name)}</bdi></b><span class="soft"><bdi>${provider}</bdi></span>
        <span class="unseen">, show the template</span>
      </button>`
    }
    <span class="link ${link}" role="status"><i aria-hidden="true" /><span>${words}</span></span>
    <span class="spring" />
    <button
      class="chaos-now ${chaos}"
      aria-label=${`Chaos: ${chaos}`}
      title="Chaos (c)"
      onClick=${() => change({ dialog: "chaos" })}
    >
      <${Icon} name=${chaos} /><span>Chaos: ${chaos}</span>
    </button>
    <${IconButton} icon="about" label="About" onClick=${() => change({ dialog: "about" })} />
    <${Theme} />
    <button class="plain keys-button" aria-label="Keys" title="Keys (?)" onClick=${() => change({ dialog: "help" })}>
      <kbd>?</kbd>
    </button>
  </header>`;
}

function Sheet() {
  const dialog = useStore((state) => state.dialog);
  if (dialog === "about") return html`<${About} />`;
  if (dialog === "chaos") return html`<${Chaos} />`;
  if (dialog === "help") return html`<${Help} />`;
  if (dialog === "clear") return html`<${Clear} />`;
  if (dialog === "template") return html`<${Template} />`;
  if (dialog?.compose) return html`<${Compose} ...${dialog} />`;
  return dialog && html`<${Picture} ...${dialog} />`;
}

/** The title has the number of unread messages, which is visible even if the page is in the background. */
function useTitle() {
  const name = useStore((state) => state.about?.template.name);
  const unread = useStore((state) => Object.values(state.unread).reduce((sum, count) => sum + count, 0));
  useEffect(() => {
    const title = name === undefined ? "ringocli emulator" : `${plain(name)} · ringocli`;
    document.title = unread ? `(${unread}) ${title}` : title;
  }, [name, unread]);
}

function Page() {
  const tab = useStore((state) => state.tab);
  const open = useStore((state) => state.open);
  const announced = useStore((state) => state.announced);
  useTitle();
  return html`<div class="top"><${Bar} /><${Banner} /></div>
    <main class="columns" data-tab=${tab} data-open=${open ? "yes" : "no"}>
      <${Talk} side="user" /><${Wire} />${open && html`<${Detail} id=${open} />`}<${Talk} side="handset" />
    </main>
    <${Tabs} /><${Sheet} /><${Notices} />
    <p class="unseen" aria-live="polite">${announced}</p>`;
}

async function start() {
  change({ query: recall("query"), contact: recall("contact"), number: recall("number"), pending: unsent() });
  followLink();
  addEventListener("hashchange", followLink);
  addEventListener("popstate", followLink);
  document.addEventListener("visibilitychange", () => document.hidden || talkTo(get().contact));
  listen();
  // Without this, a file dropped outside the two chats would replace the page.
  for (const type of ["dragover", "drop"]) addEventListener(type, (event) => event.preventDefault());
  try {
    const [about, chaos] = await Promise.all([api.about(), api.chaos(), refresh()]);
    change({ about, chaos });
    beginWith(get(), about.numbers, get().feed.items);
  } catch (error) {
    notify(error);
  }
  const root = document.getElementById("app");
  root.textContent = "";
  render(html`<${Page} />`, root);
  connect();
}

start();
