// The icons: strokes on a 24 px grid in the colour of the surrounding text. Decorative unless they have a label.
import { html } from "./html.js";

const SUN =
  "M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6l1.5 1.5M16.9 16.9l1.5 1.5M5.6 18.4l1.5-1.5M16.9 7.1l1.5-1.5" +
  "M8 12a4 4 0 1 0 8 0a4 4 0 1 0-8 0";

const PATHS = {
  about: "M12 11v6M12 7.5v.01M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0",
  apply: "M14 4l6 6L9 21H3v-6zM12.5 5.5l6 6",
  attach: "M20 11.5l-8.2 8.2a5 5 0 0 1-7.1-7.1l8.5-8.5a3.4 3.4 0 0 1 4.8 4.8l-8.4 8.4a1.7 1.7 0 0 1-2.4-2.4l7.7-7.7",
  auto: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  checks: "M2 12.5l4.5 4.5L16 7.5M11.5 16l1 1L22 7.5",
  close: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  custom: "M4 7h10M18 7h2M4 17h2M10 17h10M14 7a2 2 0 1 0 4 0a2 2 0 1 0-4 0M6 17a2 2 0 1 0 4 0a2 2 0 1 0-4 0",
  dark: "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z",
  down: "M6 9l6 6 6-6",
  export: "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4 20h16",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  help: "M9.2 9a2.9 2.9 0 1 1 4.2 2.6c-.9.5-1.4 1.1-1.4 2.1M12 17v.01M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0",
  light: SUN,
  link: "M10 14a4.5 4.5 0 0 0 6.4 0l3-3a4.5 4.5 0 0 0-6.4-6.4l-1 1M14 10a4.5 4.5 0 0 0-6.4 0l-3 3a4.5 4.5 0 0 0 6.4 6.4l1-1",
  mild: "M13.5 3L5 13.5h6L10 21l9-11h-6z",
  next: "M9 6l6 6-6 6",
  none: "M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0M8 12.5l2.8 2.8L16 9.5",
  phone: "M7 3h10v18H7zM11 18h2",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 2-2 5 5M15 9.5v.01",
  plus: "M12 5v14M5 12h14",
  previous: "M15 6l-6 6 6 6",
  replay: "M4 12a8 8 0 1 0 2.5-5.8M4 4v4.5h4.5",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13M15.5 15.5L20 20",
  send: "M5 12h14M13 6l6 6-6 6",
  severe: "M8 2.5L3 11h3.5L5.5 19l6.5-9.5H8zM18 6l-5 8h3.5l-1 7.5L22 12h-4z",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  user: "M8 8a4 4 0 1 0 8 0a4 4 0 1 0-8 0M4 20.5a8 8 0 0 1 16 0",
  waiting: "M12 7v5l3 2M4 12a8 8 0 1 0 16 0a8 8 0 1 0-16 0",
  warning: "M12 4L2.5 20h19zM12 10v4.5M12 17v.01",
  wire: "M3 8h16M15 4l4 4-4 4M21 16H5M9 12l-4 4 4 4",
};

/** An icon; with a label it is announced by screen readers. */
export function Icon({ name, label }) {
  const told = label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" };
  return html`<svg class="icon" viewBox="0 0 24 24" ...${told}><path d=${PATHS[name]} /></svg>`;
}

/** A button with an icon only; its label says what it does. */
export function IconButton({ icon, label, title = label, ...rest }) {
  return html`<button type="button" class="plain" aria-label=${label} title=${title} ...${rest}>
    <${Icon} name=${icon} />
  </button>`;
}

export function Brand() {
  return html`<svg class="brand" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="9" />
    <path d="M11 16h10" />
    <circle cx="8.5" cy="16" r="3.5" />
    <circle class="far" cx="23.5" cy="16" r="3.5" />
  </svg>`;
}
