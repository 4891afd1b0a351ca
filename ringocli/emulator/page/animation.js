// Which exchanges have just arrived, so that their rows are animated once. Bursts are not animated.
const SHOWN_MS = 1200;
const MANY = 4;
const times = new Map();

export function fresh(exchanges) {
  if (exchanges.length > MANY) return;
  const now = performance.now();
  for (const [id, at] of times) if (now - at > SHOWN_MS) times.delete(id);
  for (const exchange of exchanges) times.set(exchange.id, now);
}

export const isFresh = (id) => performance.now() - (times.get(id) ?? -SHOWN_MS) < SHOWN_MS;
