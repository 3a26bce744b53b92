/* The desk by keyboard: J and K walk the queue, each verb has its letter; nothing fires while one writes. */
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, summary, button, a")) return;
  const links = [...document.querySelectorAll("[data-queue] a")];
  const here = links.findIndex((link) => link.hasAttribute("aria-current"));
  const key = event.key.toUpperCase();
  if (key === "J" || key === "K") {
    const next = links[key === "J" ? here + 1 : Math.max(here - 1, 0)];
    if (next) { event.preventDefault(); location.href = next.href; }
    return;
  }
  const verb = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!verb) return;
  event.preventDefault();
  const details = verb.closest("details");
  if (details) { details.open = true; details.querySelector("textarea")?.focus(); } else verb.focus();
});
