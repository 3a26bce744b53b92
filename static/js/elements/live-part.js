/* <live-part>: a part of a page that is fetched again whenever one of its topics is told something,
   and every fifteen seconds in any case (`data-every` in milliseconds). It says aloud what changed, in the title too, and
   by a sound if one chose it. */
import { Live } from "../lib/socket.js";

const TOKEN = /name="csrfmiddlewaretoken" value="[^"]*"/g;
/* What can be found again in a part that was fetched anew: the link to the same place (its words may hold a clock that
   runs), or the control with the same words. */
const same = (was) => (now) => was.hasAttribute("href")
  ? now.getAttribute("href") === was.getAttribute("href")
  : now.tagName === was.tagName && now.textContent === was.textContent;

class LivePart extends HTMLElement {
  connectedCallback() {
    this.topics = (this.dataset.topics ?? "").split(" ").filter(Boolean);
    this.live = new Live();
    this.live.onopen = async () => {
      for (const topic of this.topics) await this.live.send("watch", { topic });
      this.refresh();
    };
    this.live.addEventListener("event", ({ detail }) => { if (detail.type === "head") return; document.body.dispatchEvent(new Event("told")); this.soon(); });
    this.live.addEventListener("ended", () => location.reload());
    this.live.connect();
    this.timer = setInterval(() => this.refresh(), Number(this.dataset.every ?? 15000));
    this.poll = setInterval(() => { if (!this.live.open) this.refresh(); }, 2000);
    this.said = this.querySelector(this.dataset.announce ?? "none")?.textContent;
    this.voice = Object.assign(document.createElement("p"), { className: "sr-only" });
    this.voice.setAttribute("role", "status");
    this.after(this.voice);
    this.sound();
  }

  disconnectedCallback() { clearInterval(this.timer); clearInterval(this.poll); }

  soon() { clearTimeout(this.wait); this.wait = setTimeout(() => this.refresh(), 80); }

  async refresh() {
    let answer;
    const version = this.querySelector("[data-version]")?.dataset.version;
    const url = version ? `${this.dataset.url}?seen=${encodeURIComponent(version)}` : this.dataset.url;
    try { answer = await fetch(url, { headers: { "X-Fragment": "1" } }); } catch { return; }
    if (!answer.ok || answer.status === 204) return;
    const html = await answer.text();
    const plain = html.replace(TOKEN, "");
    if (plain === this.last) return;
    this.last = plain;
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const focused = this.contains(document.activeElement) ? document.activeElement : null;
    this.replaceChildren(...[...fresh.body.childNodes].map((node) => document.importNode(node, true)));
    if (focused) [...this.querySelectorAll(focused.tagName)].find(same(focused))?.focus();
    window.htmx?.process(this);
    document.dispatchEvent(new Event("htmx:afterSwap"));
    const said = this.querySelector(this.dataset.announce ?? "none");
    if (!said) return;
    if (said.dataset.title) document.title = said.dataset.title;
    if (said.textContent !== this.said) { this.said = said.textContent; this.voice.textContent = said.textContent; }
    const ring = Number(said.dataset.ring ?? 0);
    if (ring > (this.rung ?? 0)) this.play();
    this.rung = ring;
  }

  sound() {
    const button = document.querySelector("[data-sound]");
    if (!button || !this.dataset.chime) return;
    this.chime = new Audio(this.dataset.chime);
    this.on = false;
    button.hidden = false;
    button.addEventListener("click", () => {
      this.on = !this.on;
      button.setAttribute("aria-pressed", String(this.on));
      if (this.on) this.play();
    });
    this.rung = Number(this.querySelector("[data-ring]")?.dataset.ring ?? 0);
  }

  play() { if (this.on) this.chime.play().catch(() => {}); }
}
customElements.define("live-part", LivePart);
