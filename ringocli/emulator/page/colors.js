// The colour of a variable: derived from its name, so it is the same everywhere.
const HUES = {
  from: 285,
  to: 175,
  content: 60,
  text: 60,
  url: 235,
  messageid: 330,
  event_key: 135,
  extension: 30,
  domain: 205,
};

function hue(variable) {
  if (variable in HUES) return HUES[variable];
  let sum = 0;
  for (const char of variable) sum = (sum * 31 + char.codePointAt(0)) % 360;
  return sum;
}

/** The style of an element that shows this variable; the style sheet turns the hue into a colour for each theme. */
export const hued = (variable) => ({ "--hue": String(hue(variable)) });
