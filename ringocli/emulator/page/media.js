// Which URLs are files of this emulator. Only those are fetched; any other URL is shown as text.
import { get } from "./store.js";

const base = new URL(".", document.baseURI);

/** The URL under which this page can fetch one of the emulator's files, or null. */
export function ownFile(address) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  const { about } = get();
  const origins = [location.origin];
  for (const known of [about?.webhook_url, about?.public_url]) if (known) origins.push(new URL(known).origin);
  if (!origins.includes(url.origin)) return null;
  const below = url.pathname.startsWith(`${base.pathname}files/`) || url.pathname.startsWith("/files/");
  return below ? location.origin + url.pathname + url.search : null;
}

/** Media types that the server allows a browser to display. */
export const isPicture = (address) => /\.(png|jpe?g|gif|webp|avif|bmp)$/i.test(new URL(address).pathname);

/** The file name at the end of a URL. */
export function fileName(address) {
  const last = address.split(/[?#]/)[0].split("/").pop();
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
