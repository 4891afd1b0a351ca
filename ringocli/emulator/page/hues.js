// The colour of a variable: the same wherever it is shown, and told by its name alone.
const HUES = { from: 285, to: 175, content: 60, text: 60, url: 235, messageid: 330, event_key: 135, extension: 30, domain: 205 };

export function hue(variable) {
  if (variable in HUES) return HUES[variable];
  let sum = 0;
  for (const char of variable) sum = (sum * 31 + char.codePointAt(0)) % 360;
  return sum;
}

/** The style of whatever shows this variable; the sheet makes a colour of it, by day and by night. */
export const hued = (variable) => ({ "--hue": String(hue(variable)) });
