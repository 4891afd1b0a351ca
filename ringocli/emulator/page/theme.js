// Runs before the first paint, so that a chosen theme does not flash; it is therefore no module.
(() => {
  try {
    const chosen = localStorage.getItem("ringocli.theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch {
    // A browser may forbid storage; the system's theme is then what there is.
  }
})();
