// Cuts a text into pieces by the variable that its bytes came from, and formats it for reading. Pure functions.

/** Converts spans of UTF-8 bytes to spans of UTF-16 code units, in order. */
function inUnits(text, spans) {
  const wanted = [...spans].sort((a, b) => a.start - b.start);
  const marks = [...new Set(wanted.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  const units = new Map();
  let byte = 0;
  let unit = 0;
  for (const mark of marks) {
    while (byte < mark && unit < text.length) {
      const point = text.codePointAt(unit);
      byte += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      unit += point < 0x10000 ? 1 : 2;
    }
    units.set(mark, unit);
  }
  return wanted.map(({ variable, start, end }) => ({ variable, start: units.get(start), end: units.get(end) }));
}

/** Where to insert or remove white space so that JSON or a form is readable: `[at, drop, put]`. */
function layout(text) {
  const kind = text.trimStart()[0];
  if (kind !== "{" && kind !== "[")
    return /^[^\s=&]+=[^\s]*$/.test(text) ? [...text.matchAll(/&/g)].map(({ index }) => [index, 0, "\n"]) : [];
  try {
    JSON.parse(text);
  } catch {
    return [];
  }
  const edits = [];
  const line = (depth) => `\n${"  ".repeat(depth)}`;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (quoted) {
      if (char === "\\") at++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (/\s/.test(char)) edits.push([at, 1, ""]);
    else if (char === ",") edits.push([at + 1, 0, line(depth)]);
    else if (char === ":") edits.push([at + 1, 0, " "]);
    else if (char === "{" || char === "[") {
      const close = /\S/.exec(text.slice(at + 1, at + 200))?.[0];
      depth++;
      if (close !== "}" && close !== "]") edits.push([at + 1, 0, line(depth)]);
    } else if (char === "}" || char === "]") {
      depth--;
      const before = text
        .slice(Math.max(0, at - 200), at)
        .trimEnd()
        .slice(-1);
      if (before !== "{" && before !== "[") edits.push([at, 0, line(depth)]);
    }
  }
  return edits;
}

/** `[{text, variable}]`: the whole text in order; `variable` is null for bytes of the template itself. */
export function pieces(text, spans, laidOut) {
  const edits = laidOut ? layout(text) : [];
  const found = [];
  const put = (words, variable) => {
    if (!words) return;
    const last = found[found.length - 1];
    if (last && last.variable === variable) last.text += words;
    else found.push({ text: words, variable });
  };
  let at = 0;
  let edit = 0;
  const upTo = (end, variable) => {
    while (edit < edits.length && edits[edit][0] < end) {
      const [where, drop, words] = edits[edit++];
      put(text.slice(at, where), variable);
      put(words, variable);
      at = where + drop;
    }
    put(text.slice(at, end), variable);
    at = Math.max(at, end);
  };
  for (const { variable, start, end } of inUnits(text, spans)) {
    if (end <= at) continue;
    upTo(Math.max(start, at), null);
    upTo(end, variable);
  }
  upTo(text.length, null);
  return found;
}
