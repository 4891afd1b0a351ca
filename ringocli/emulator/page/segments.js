// How a text is sent as SMS: its encoding, and how many segments it takes (3GPP TS 23.038 and TS 23.040).
const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const EXTENSION = new Set("\f^{}\\[~]|€");

/** `{encoding, units, segments, capacity, forcedBy}`; `forcedBy` is the first character that is not in GSM-7. */
export function segmentsOf(text) {
  const chars = [...text];
  const forcedBy = chars.find((char) => !BASIC.has(char) && !EXTENSION.has(char)) ?? null;
  const costs = chars.map((char) => (forcedBy === null ? (EXTENSION.has(char) ? 2 : 1) : char.length));
  const [single, multiple] = forcedBy === null ? [160, 153] : [70, 67];
  const units = costs.reduce((sum, cost) => sum + cost, 0);
  let segments = 1;
  let used = 0;
  // Neither an escaped character nor a surrogate pair is split between two segments.
  if (units > single)
    for (const cost of costs) {
      if (used + cost > multiple) (segments++, (used = 0));
      used += cost;
    }
  const capacity = segments === 1 ? single : multiple;
  return { encoding: forcedBy === null ? "GSM-7" : "UCS-2", units, segments, capacity, forcedBy };
}
