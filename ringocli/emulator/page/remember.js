// What a reload keeps: the theme for good, the rest as long as the tab lives. A browser may forbid storage.

const room = location.pathname; // each inbox has its own

export function recall(key) {
  try {
    return sessionStorage.getItem(`ringocli.${room}.${key}`) ?? "";
  } catch {
    return "";
  }
}

export function remember(key, value) {
  try {
    sessionStorage.setItem(`ringocli.${room}.${key}`, value);
  } catch {
    // Nothing is lost but the memory of it.
  }
}

export const theme = () => document.documentElement.dataset.theme ?? "auto";

export function setTheme(name) {
  if (name === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  try {
    localStorage.setItem("ringocli.theme", name);
  } catch {
    // As above.
  }
}
