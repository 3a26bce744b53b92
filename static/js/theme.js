/* Before the first paint: the theme this device chose last. Not a module, so that nothing flashes. */
(() => {
  try {
    const kept = localStorage.getItem("theme");
    if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
  } catch { /* a browser that keeps nothing follows the system */ }
})();
