// Runs before the first paint, so that a chosen theme does not flash; therefore not a module.
(() => {
  try {
    const chosen = localStorage.getItem("ringocli.theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch {
    // Storage is blocked: the system's theme is used.
  }
})();
