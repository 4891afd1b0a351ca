// The tabs of a narrow screen, which shows one column at a time. Problems and unread messages are counted on them.
import { html, useEffect } from "./html.js";
import { isProblem } from "./conversation.js";
import { Icon } from "./icons.js";
import { change, useStore } from "./store.js";

const TABS = [
  ["user", "Ringotel", "user"],
  ["wire", "Traffic", "wire"],
  ["handset", "Handset", "phone"],
];

/** What a tab counts: `[number, words]`. */
function useCounts(tab) {
  const feed = useStore((state) => state.feed);
  const seen = useStore((state) => state.seen);
  const pending = useStore((state) => state.pending);
  const unread = useStore((state) => state.unread);
  const amiss = feed.items.filter(isProblem);
  useEffect(() => {
    if (tab === "wire") change({ seen: new Set(amiss.map(({ id }) => id)) });
  }, [tab, feed]);
  const unsent = (side) => pending.filter((message) => message.side === side && message.error).length;
  const problems = amiss.filter(({ id }) => !seen.has(id)).length;
  const messages = Object.values(unread).reduce((sum, count) => sum + count, 0);
  return {
    wire: [problems, problems === 1 ? "problem" : "problems"],
    user: unsent("user") ? [unsent("user"), "not sent"] : [messages, "unread"],
    handset: [unsent("handset"), "not sent"],
  };
}

export function Tabs() {
  const tab = useStore((state) => state.tab);
  const counts = useCounts(tab);
  return html`<nav class="tabs" aria-label="Columns">
    ${TABS.map(([name, title, icon]) => {
      const [count, words] = counts[name];
      return html`<button aria-current=${name === tab ? "true" : undefined} onClick=${() => change({ tab: name, open: null })}>
        <${Icon} name=${icon} /><span>${title}</span>
        ${count > 0 && html`<span class="count ${words === "unread" ? "" : "bad"}">${count > 99 ? "99+" : count}<span class="unseen"> ${words}</span></span>`}
      </button>`;
    })}
  </nav>`;
}
