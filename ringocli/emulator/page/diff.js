// Turns a unified diff into pairs of lines, old and new side by side. Pure functions.

const cell = (kind, text) => ({ kind, text });

/** The length of the indentation that all lines share. */
function indent(lines) {
  const depths = lines.filter((line) => line.slice(1).trim()).map((line) => /^ */.exec(line.slice(1))[0].length);
  return depths.length ? Math.min(...depths) : 0;
}

/**
 * `[[left, right]]`, without the indentation that all lines share; each has a `kind` (same, minus, plus, void or gap)
 * and its `text`.
 */
export function sideBySide(diff) {
  const pairs = [];
  let minus = [];
  let plus = [];
  const close = () => {
    for (let at = 0; at < Math.max(minus.length, plus.length); at++) {
      pairs.push([
        at < minus.length ? cell("minus", minus[at]) : cell("void", ""),
        at < plus.length ? cell("plus", plus[at]) : cell("void", ""),
      ]);
    }
    minus = [];
    plus = [];
  };
  let within = false;
  const lines = diff.split("\n");
  const cut =
    1 + indent(lines.slice(lines.findIndex((line) => line.startsWith("@@"))).filter((line) => !/^(@@|\\)/.test(line)));
  for (const line of lines) {
    if (line.startsWith("@@")) {
      close();
      if (within) pairs.push([cell("gap", ""), cell("gap", "")]);
      within = true;
    } else if (!within || line.startsWith("\\")) continue;
    else if (line.startsWith("-")) minus.push(line.slice(cut));
    else if (line.startsWith("+")) plus.push(line.slice(cut));
    else {
      close();
      if (line) pairs.push([cell("same", line.slice(cut)), cell("same", line.slice(cut))]);
    }
  }
  close();
  return pairs;
}
