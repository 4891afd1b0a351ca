// The page's state in one object that is never mutated; components subscribe to the part they show.
import { useLayoutEffect, useState } from "./html.js";
import { EMPTY } from "./feed.js";

let state = {
  about: null, // api/about
  link: "connecting", // connecting | live | lost
  feed: EMPTY, // every exchange that is loaded
  query: "", // the filter's text
  found: null, // the feed of exchanges that the filter finds; null without a filter
  loading: false, // a page of older exchanges is being loaded
  number: "", // the SMS number of the conversation
  contact: "", // the contact of the conversation
  unread: {}, // conversation -> messages that arrived while another conversation was shown
  pending: [], // messages being sent to the API, or rejected by it
  cursor: null, // id of the selected row of the wire
  open: null, // id of the exchange that is shown in full
  chaos: null, // api/chaos
  tab: "user", // which column a narrow screen shows: user | wire | handset
  dialog: null, // about | chaos | help | clear | {picture, name}
  announced: "", // what a screen reader announces
  seen: new Set(), // ids of the problems that the wire has shown
  notices: [], // short sentences that go by themselves
};
const listeners = new Set();

/** The current state, read-only. */
export const get = () => state;

/** Set new values and notify subscribers. */
export function change(values) {
  state = { ...state, ...values };
  for (const listener of [...listeners]) listener();
}

/** A part of the state; the component renders again when it changes. */
export function useStore(select) {
  const [, wake] = useState(0);
  const value = select(state);
  useLayoutEffect(() => {
    let last = value;
    const listener = () => {
      const next = select(state);
      if (Object.is(next, last)) return;
      last = next;
      wake((count) => count + 1);
    };
    listeners.add(listener);
    listener();
    return () => listeners.delete(listener);
  });
  return value;
}
