// Times in the reader's time zone and locale.
const hourCycle = "h23"; // 24 hours everywhere, as in logs
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle });
const exact = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium", hourCycle });
const date = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

export const minute = (at) => clock.format(new Date(at));
export const second = (at) => exact.format(new Date(at));
export const moment = (at) => full.format(new Date(at));

/** The day as a heading: today, yesterday, or its name. */
export function day(at) {
  const then = new Date(at).toDateString();
  const now = new Date();
  if (then === now.toDateString()) return "Today";
  now.setDate(now.getDate() - 1);
  return then === now.toDateString() ? "Yesterday" : date.format(new Date(at));
}
