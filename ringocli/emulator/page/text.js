// Displays text from outside: invisible characters are shown by name, long text is clipped.
import { html } from "./html.js";

/** C0 and C1 controls except tab and line feed, invisible formatting, and bidirectional controls. */
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

const NAMES = {
  "\u007f": "DEL",
  "\u00ad": "SHY",
  "\u061c": "ALM",
  "\u200b": "ZWSP",
  "\u200e": "LRM",
  "\u200f": "RLM",
  "\u202a": "LRE",
  "\u202b": "RLE",
  "\u202c": "PDF",
  "\u202d": "LRO",
  "\u202e": "RLO",
  "\u2060": "WJ",
  "\u2066": "LRI",
  "\u2067": "RLI",
  "\u2068": "FSI",
  "\u2069": "PDI",
  "\ufeff": "BOM",
};

const code = (char) => `U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

function symbol(char) {
  if (char < "\u0020") return String.fromCharCode(0x2400 + char.charCodeAt(0));
  return NAMES[char] ?? code(char);
}

/** The text as children of an element, each invisible character as a small labelled symbol. */
export function visible(text) {
  if (text.search(HIDDEN) < 0) return text;
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(HIDDEN)) {
    parts.push(text.slice(from, found.index));
    parts.push(html`<span class="hidden-char" title=${code(found[0])}>${symbol(found[0])}</span>`);
    from = found.index + 1;
  }
  parts.push(text.slice(from));
  return parts;
}

/** The same as a plain string, for attributes. */
export const plain = (text) => text.replace(HIDDEN, symbol);

/** The longest prefix within a number of characters and lines; never splits a surrogate pair. */
export function clip(text, characters, lines = Infinity) {
  let end = Math.min(text.length, characters);
  for (let at = -1, line = 0; (at = text.indexOf("\n", at + 1)) >= 0 && at < end;) {
    if (++line >= lines) end = at;
  }
  if (end < text.length && /[\ud800-\udbff]/.test(text[end - 1])) end--;
  return text.slice(0, end);
}

/** A phone number for display; North American numbers are grouped. */
export function phone(number) {
  const parts = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number ?? "");
  return parts ? `+1 ${parts[1]} ${parts[2]} ${parts[3]}` : plain(number ?? "");
}
