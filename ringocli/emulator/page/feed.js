// A list of exchanges, oldest first, as an immutable value: each function returns a new one.
// `more` is true if the server has older ones. Ids are increasing decimal strings.

export const EMPTY = Object.freeze({ items: [], more: false });

/** How many exchanges the page keeps; older ones are dropped and can be loaded again. */
const KEPT = 20000;

const number = (exchange) => Number(exchange.id);

/** The index of an id, or the index at which it would be inserted. */
function position(items, id) {
  const wanted = Number(id);
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (number(items[middle]) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function find(feed, id) {
  const at = id === null ? undefined : feed.items[position(feed.items, id)];
  return at && at.id === id ? at : null;
}

export const indexOf = (feed, id) => (find(feed, id) ? position(feed.items, id) : -1);

export const newest = (feed) => (feed.items.length ? feed.items[feed.items.length - 1].id : null);
export const oldest = (feed) => (feed.items.length ? feed.items[0].id : null);

/** The feed with these exchanges added, in any order; an exchange with a known id is replaced. */
export function merge(feed, exchanges, more = feed.more) {
  if (!exchanges.length && more === feed.more) return feed;
  const added = [...exchanges].sort((a, b) => number(a) - number(b));
  const { items } = feed;
  let all;
  if (!items.length || !added.length || number(added[0]) > number(items[items.length - 1])) all = items.concat(added);
  else if (number(added[added.length - 1]) < number(items[0])) all = added.concat(items);
  else {
    const known = new Map(items.map((exchange) => [exchange.id, exchange]));
    for (const exchange of added) known.set(exchange.id, exchange);
    all = [...known.values()].sort((a, b) => number(a) - number(b));
  }
  // Live exchanges push out the oldest; a page that was requested stays.
  const grewDown = added.length && items.length && number(added[added.length - 1]) > number(items[0]);
  if (grewDown && all.length > KEPT) return { items: all.slice(-KEPT), more: true };
  return { items: all, more };
}

/** The feed with one exchange changed, or the same feed if it does not contain it. */
export function patch(feed, id, values) {
  const at = indexOf(feed, id);
  if (at < 0) return feed;
  const items = feed.items.slice();
  items[at] = { ...items[at], ...values };
  return { ...feed, items };
}

/** The feed without one exchange. */
export const without = (feed, id) => ({ ...feed, items: feed.items.filter((exchange) => exchange.id !== id) });
