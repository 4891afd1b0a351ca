// What the page knows, in one frozen-by-custom object; views subscribe to the slice they show.
import { useLayoutEffect, useState } from "./html.js";
import { EMPTY } from "./feed.js";

let state = {
  about: null, // api/about
  link: "connecting", // connecting | live | lost
  feed: EMPTY, // every exchange that is loaded
  query: "", // the filter's text
  found: null, // what the filter found: a feed; null without a filter
  loading: false, // a page of older exchanges is on its way
  number: "", // the SMS number of the conversation
  contact: "", // the outside party of the conversation
  unread: {}, // contact -> messages that came while another conversation was shown
  pending: [], // messages that are on their way to the API, or did not get there
  cursor: null, // id of the selected row of the wire
  open: null, // id of the exchange that is shown in full
  chaos: null, // api/chaos
  tab: "user", // which column a narrow screen shows: user | wire | handset
  dialog: null, // about | weather | help | clear | {picture, name}
  notices: [], // short sentences that go by themselves
};
const listeners = new Set();

/** The present state; to be read, never written. */
export const get = () => state;

/** Take over new values and tell those who show them. */
export function change(values) {
  state = { ...state, ...values };
  for (const listener of [...listeners]) listener();
}

/** A slice of the state, kept up to date in the component that asks. */
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
