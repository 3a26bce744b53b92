/* What every page can do: switch the theme, leave quickly, close its menu, show a password, draw clocks that run. */
const root = document.documentElement;

function dark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

for (const button of document.querySelectorAll("[data-theme-switch]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* it holds until the page is left */ }
  });
}

/* The way out leaves no page behind to come back to. */
function leave(link) {
  document.body.replaceChildren();
  location.replace(link.href);
}
let escapes = [];
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  escapes = [...escapes, event.timeStamp].filter((at) => event.timeStamp - at < 1500);
  const link = document.querySelector("[data-quick-exit]");
  if (escapes.length >= 3 && link) leave(link);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-quick-exit]");
  if (link) { event.preventDefault(); leave(link); return; }
  for (const menu of document.querySelectorAll("[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
});

for (const button of document.querySelectorAll("[data-show-password]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const input = button.parentElement.querySelector("input");
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.textContent = shown ? "Show" : "Hide";
    input.focus();
  });
}

/* <time data-countdown="ISO">: what is left, or how long it is over. */
function drawClocks() {
  for (const clock of document.querySelectorAll("[data-countdown]")) {
    const left = Math.round((Date.parse(clock.dataset.countdown) - Date.now()) / 1000);
    const size = Math.abs(left);
    const words = size < 3600
      ? `${Math.floor(size / 60)}:${String(size % 60).padStart(2, "0")}`
      : size < 86400 ? `${Math.floor(size / 3600)} h ${String(Math.floor((size % 3600) / 60)).padStart(2, "0")}` : `${Math.floor(size / 86400)} d`;
    clock.textContent = left < 0 ? `${words} over` : words;
    clock.toggleAttribute("data-over", left < 0);
    const said = clock.parentElement.querySelector("[data-left]");
    if (said && left < 0) said.textContent = said.dataset.left;
  }
}

/* The hour: each part as long as its planned minutes. */
export function drawHour(where = document) {
  for (const part of where.querySelectorAll(".hour [data-minutes]")) part.style.setProperty("flex-grow", part.dataset.minutes);
}
drawHour();
document.addEventListener("htmx:afterSwap", () => drawHour());

drawClocks();
setInterval(drawClocks, 1000);
document.addEventListener("htmx:afterSwap", drawClocks);
