/* <room-view>: joins the room, tells its parts what happened, resumes after every gap. */
import { Live } from "../lib/socket.js";
import { Kept } from "../lib/kept.js";
import { MessageList } from "./message-list.js";
import { Composer } from "./composer.js";
import { drawHour } from "../page.js";
import { at as clockAt } from "../lib/time.js";

const PHASES = { lobby: "The lobby is open", opening: "Opening", check_in: "The check-in round began", work: "Work began", closing_round: "The closing round began", ended: "The session ended", paused: "The room is paused" };

/* What a change of the session says in the room. */
function said({ state, reason, leading }, before, at) {
  if (reason === "handed_over") return leading ? `${leading.name} leads now` : null;
  const words = before === "paused" && state !== "ended" ? "The room goes on" : PHASES[state] ?? state;
  return `${words}, ${clockAt(at)}`;
}

class RoomView extends HTMLElement {
  connectedCallback() {
    if ("still" in this.dataset) return;
    this.me = document.body.dataset.me;
    this.state = this.dataset.state;
    this.room = this.dataset.room;
    this.seqs = { [this.topic]: Number(this.dataset.head), [`person:${this.me}`]: Number(this.dataset.ownHead) };
    if ("staff" in this.dataset) this.seqs[`${this.topic}:staff`] = Number(this.dataset.staffHead);
    this.live = new Live();
    this.list = new MessageList(this, this.me);
    this.composer = new Composer(this, this.live, this.list, new Kept(this.me, this.room), this.room);
    this.typists = new Map();
    this.live.onopen = () => this.join();
    this.live.addEventListener("up", () => { this.offline(false); this.composer.flush(); this.refresh(); });
    this.live.addEventListener("down", () => this.offline(true));
    this.live.addEventListener("refused", () => this.refresh());
    this.live.addEventListener("ended", ({ detail }) => this.end(detail.code));
    this.live.addEventListener("outdated", () => { this.offline(false); this.querySelector("[data-outdated]").hidden = false; });
    this.live.addEventListener("event", ({ detail }) => this.event(detail));
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("submit", (event) => this.submitted(event));
    this.live.connect();
    this.poll = setInterval(() => this.pollLog(), 4000);
  }

  disconnectedCallback() { clearInterval(this.poll); }

  get topic() { return `room:${this.dataset.room}`; }

  async join() {
    const staff = this.seqs[`${this.topic}:staff`];
    await this.live.send("join", { room: this.room, after: this.seqs[this.topic], ...(staff === undefined ? {} : { staff_after: staff }) });
    await this.live.send("watch", { topic: "me", after: this.seqs[`person:${this.me}`] });
    this.seen();
  }

  /* Each topic counts 1, 2, 3…: what was had is not told again, and a gap is asked for. */
  event(frame) {
    if (frame.seq !== null && frame.on in this.seqs) {
      if (frame.seq <= this.seqs[frame.on]) return;
      if (frame.seq > this.seqs[frame.on] + 1 && frame.on === this.topic && !this.healing) {
        this.healing = true;
        this.live.send("join", { room: this.room, after: this.seqs[this.topic] }).catch(() => {}).finally(() => { this.healing = false; });
        return;
      }
      this.seqs[frame.on] = frame.seq;
    }
    this.handle(frame);
  }

  handle({ type, data, on, at, seq }) {
    if (data.room && data.room !== this.room) return;
    switch (type) {
      case "message.posted": this.typists.delete(data.author.id); this.list.posted({ ...data, at, seq }); this.checked(data.written_at); this.drawTyping(); this.seen(); break;
      case "message.held": if (on.startsWith("person:")) this.list.held(data); else { if (data.held_for !== "kept_back") this.screenDown(data.held_for === "screen_down", data.written_at); this.heldForStaff(); } break;
      case "message.unveiled": this.list.unveiled(data); break;
      case "message.marked": this.list.found(data); break;
      case "message.hidden": this.list.hidden(data.id, "hidden"); break;
      case "message.withdrawn": this.list.hidden(data.id, "withdrawn"); this.heldForStaff(); break;
      case "message.restored": if (on === this.topic) this.list.restored(data); break;
      case "message.released": this.heldForStaff(); break;
      case "session.changed":
        if (on === this.topic) {
          const words = said(data, this.state, at);
          if (words) this.list.line(words);
          this.state = data.state;
          this.refresh();
        }
        this.told(); break;
      case "turns.changed": case "hand.changed": case "farewells.changed": case "session.overtime":
        if (on === this.topic || type === "farewells.changed" || type === "session.overtime") { this.refresh(); this.told(); } break;
      case "case.changed": case "page": case "escalation.changed": this.heldForStaff(); break;
      case "presence": this.here = data.people; this.told(); break;
      case "typing": if (data.person !== this.me) { this.typists.set(data.person, { name: data.name, until: Date.now() + 6000 }); this.drawTyping(); setTimeout(() => this.drawTyping(), 6100); } break;
      case "room.closed": this.refresh(); break;
      case "head": if (data.head > (this.seqs[on] ?? Infinity) && on === this.topic) this.live.send("join", { room: this.room, after: this.seqs[on] }).catch(() => {}); break;
    }
  }

  /* For staff: whether the last that was written could be checked. One that a person released was not. */
  screenDown(now, written) {
    const banner = this.querySelector("[data-screen-down]");
    if (!banner) return;
    banner.hidden = !now;
    if (now) banner.dataset.screenDown = written;
  }
  checked(written) {
    const since = this.querySelector("[data-screen-down]")?.dataset.screenDown;
    if (since && Date.parse(written) > Date.parse(since)) this.screenDown(false);
  }

  /* Other parts of a page (the console) fetch themselves again by htmx on these. */
  told() { document.body.dispatchEvent(new CustomEvent("session-told")); }
  heldForStaff() { document.body.dispatchEvent(new CustomEvent("held-told")); }

  async refresh() {
    try {
      const answer = await fetch(this.dataset.stateUrl, { headers: { "X-Fragment": "1" } });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of ["room-head", "composer-state"]) {
        const part = fresh.getElementById(id);
        const old = this.querySelector(`#${id}`);
        if (part && old && part.outerHTML !== old.outerHTML) {
          const focused = old.contains(document.activeElement) ? document.activeElement.textContent.trim() : null;
          old.replaceWith(document.importNode(part, true));
          if (focused) [...this.querySelectorAll(`#${id} button`)].find((button) => button.textContent.trim() === focused)?.focus();
        }
      }
      drawHour(this);
      this.composer.stand();
    } catch { /* offline: the banner says so */ }
  }

  offline(now) {
    clearTimeout(this.offlineTimer);
    const banner = this.querySelector("[data-offline]");
    if (!now) { banner.hidden = true; return; }
    this.offlineTimer = setTimeout(() => { banner.hidden = false; }, 1500);
  }

  async end(code) {
    this.offline(false);
    this.list.line(code === 4401 ? "You've been signed out to keep your words private. Your draft is still here." : "This room is closed to you now.");
    setTimeout(() => location.reload(), 2500);
  }

  /* Where sockets cannot be had, the log is read by plain requests. */
  async pollLog() {
    if (this.live.open || this.live.ended || this.live.failures < 3) return;
    try {
      const answer = await fetch(`${this.dataset.logUrl}?after=${this.seqs[this.topic]}`);
      if (!answer.ok) return;
      for (const frame of (await answer.json()).events) this.event(frame);
      this.offline(false);
      this.composer.flush();
    } catch { /* still offline */ }
  }

  seen() {
    clearTimeout(this.seenTimer);
    this.seenTimer = setTimeout(() => {
      if (!document.hidden) this.live.send("seen", { room: this.room, seq: this.seqs[this.topic] }).catch(() => {});
    }, 1000);
  }

  drawTyping() {
    const names = [...this.typists.values()].filter(({ until }) => until > Date.now()).map(({ name }) => name);
    const words = names.length === 0 ? "" : names.length < 3 ? `${names.join(" and ")} ${names.length === 1 ? "is" : "are"} writing` : "Several people are writing";
    this.querySelector("[data-presence]").textContent = words;
  }

  async clicked(event) {
    if (event.target.closest("[data-reload]")) { location.reload(); return; }
    if (event.target.closest("[data-try-now]")) { this.live.again(); return; }
    const older = event.target.closest("[data-older]");
    if (older) { event.preventDefault(); await this.showOlder(older); return; }
    const control = event.target.closest("[data-action]");
    const item = control?.closest(".message");
    if (control?.dataset.action === "reply") { event.preventDefault(); this.composer.answer(item); }
    if (control?.dataset.action === "report") { event.preventDefault(); this.report(control.href); }
    if (event.target.closest("[data-close-dialog]")) this.querySelector("[data-dialog]").close();
  }

  async showOlder(link) {
    const log = this.list.log;
    const answer = await fetch(link.href, { headers: { "X-Fragment": "1" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const before = log.scrollHeight;
    link.replaceWith(...[...fresh.body.children].map((child) => document.importNode(child, true)));
    log.scrollTop += log.scrollHeight - before;
  }

  async report(url) {
    const dialog = this.querySelector("[data-dialog]");
    const answer = await fetch(url, { headers: { "X-Fragment": "1" } });
    if (!answer.ok) { location.href = url; return; }
    this.fillDialog(dialog, await answer.text());
    dialog.showModal();
  }

  fillDialog(dialog, html) {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    dialog.replaceChildren(...[...fresh.body.children].map((child) => document.importNode(child, true)));
  }

  /* Small forms inside the room (pass, raise hand, take back, the report dialog) without leaving the page. */
  async submitted(event) {
    const form = event.target;
    const dialog = form.closest("dialog");
    if (!dialog && !form.matches("[data-act], [data-action=withdraw]")) return;
    event.preventDefault();
    const body = new FormData(form, event.submitter);
    const headers = dialog ? { "X-Fragment": "1" } : { Accept: "application/json" };
    const answer = await fetch(form.action, { method: "POST", body, headers });
    if (dialog) this.fillDialog(dialog, await answer.text());
    else if (form.matches("[data-act]")) {
      if (!answer.ok) this.composer.refuse((await answer.json().catch(() => ({}))).reason ?? "That did not work. Try again.");
      this.refresh();
    }
  }
}

customElements.define("room-view", RoomView);
