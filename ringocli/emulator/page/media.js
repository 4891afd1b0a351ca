// Which addresses are this emulator's own files. Only those are ever fetched; any other is text.
import { get } from "./store.js";

const base = new URL(".", document.baseURI);

/** The address of an own file as this page may fetch it, or null. */
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

/** Kinds that the server lets a browser show. */
export const isPicture = (address) => /\.(png|jpe?g|gif|webp|avif|bmp)$/i.test(new URL(address).pathname);

/** The file's own name at the end of an address. */
export function fileName(address) {
  const last = address.split(/[?#]/)[0].split("/").pop();
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
