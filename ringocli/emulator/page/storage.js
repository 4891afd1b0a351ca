// What survives a reload: the theme permanently, the rest per tab. A browser may block storage.

const inbox = location.pathname; // each inbox has its own

export function recall(key) {
  try {
    return sessionStorage.getItem(`ringocli.${inbox}.${key}`) ?? "";
  } catch {
    return "";
  }
}

export function remember(key, value) {
  try {
    sessionStorage.setItem(`ringocli.${inbox}.${key}`, value);
  } catch {
    // Storage is blocked: the value is lost on reload, nothing else.
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
