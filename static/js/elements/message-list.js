/* The messages of a room: one markup (the page's own <template>), filled by textContent only. */
import { at } from "../lib/time.js";
import { drawMarks } from "./marks.js";

const tint = (id) => [...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 4;
const initial = (name) => ((name.split(" ").find((word) => !word.endsWith(".")) ?? name)[0] ?? "").toUpperCase();

/* As many messages are kept on the page; earlier ones are a press away. A page of thousands would crawl on a phone. */
const MOST = 200;
const SPARE = 50;
/* In these states one's own words stand as one wrote them. */
const KEEPS = new Set(["published", "hidden"]);
const capital = (words) => words[0].toUpperCase() + words.slice(1);

export class MessageList {
  constructor(view, me) {
    this.me = me;
    this.log = view.querySelector("[data-log]");
    this.template = view.querySelector("[data-message-template]");
    this.heldNote = view.querySelector("[data-held-template]");
    this.veilNote = view.querySelector("[data-veil-template]");
    this.markings = view.querySelector("[data-marks-template]");
    this.staff = "staff" in view.dataset;
    this.others = view.dataset.others;
    /* By message: the whole of a veiled one, and what staff are told the screen saw. Told before it, or after. */
    this.whole = new Map();
    this.marks = new Map();
    this.newest = view.querySelector("#newest");
    this.history = view.dataset.historyUrl;
    this.log.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.log.scrollTop = this.log.scrollHeight;
    this.top = this.log.scrollTop;
    this.following = true;
    /* A notice above or a keyboard below takes room: whoever reads the newest goes on reading it. */
    new ResizeObserver(() => { if (this.following) this.toEnd(); }).observe(this.log);
  }

  get atEnd() { return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80; }
  toEnd() {
    this.following = true;
    this.moving ??= requestAnimationFrame(() => {
      this.moving = null;
      this.trim();
      this.log.scrollTop = this.log.scrollHeight;
      this.top = this.log.scrollTop;
    });
  }

  /* Only a scroll upwards stops following: messages that came meanwhile have moved the end, not the reader. */
  scrolled() {
    this.following = this.atEnd || (this.following && this.log.scrollTop >= this.top);
    this.top = this.log.scrollTop;
    if (this.following) this.pill?.remove();
  }
  find(id) { return this.log.querySelector(`[data-id="${CSS.escape(id)}"]`); }
  findSent(cid) { return this.log.querySelector(`[data-cid="${CSS.escape(cid)}"]`); }

  /* A message as the members' topic tells it: shows it, or brings what is shown up to date. */
  posted(data) {
    const mine = data.author.id === this.me;
    let item = this.find(data.id) ?? (mine && data.cid ? this.findSent(data.cid) : null);
    const known = item !== null;
    item ??= this.make(data.author, mine);
    item.dataset.id = data.id;
    item.id = `m-${data.id}`;
    item.dataset.seq = data.seq;
    if (!(mine && known && KEEPS.has(data.state))) this.fill(item, data, mine);
    this.links(item, data);
    const late = Date.parse(data.at) - Date.parse(data.written_at) > 5000;
    const times = `written ${at(data.written_at)}, shown ${at(data.at)}`;
    this.state(item, data.state, { mine, at: data.shown_at ?? data.at, veiled: data.veils.length > 0, times: late ? times : "" });
    this.set(item, "when", late ? times : at(data.written_at));
    this.marked(item);
    if (!known || late) this.append(item, !mine); else if (this.following) this.toEnd();
    return item;
  }

  /* One's own words on their way. */
  sending(cid, text, answers) {
    const item = this.make({ id: this.me, name: "You", role: "participant" }, true);
    item.dataset.cid = cid;
    this.set(item, "words", text);
    if (answers) this.answers(item, answers);
    this.state(item, "sending", { mine: true });
    this.append(item, false);
    return item;
  }

  held(data) {
    const item = this.find(data.id) ?? (data.cid ? this.findSent(data.cid) : null) ?? this.sending(data.cid, data.text);
    item.dataset.id = data.id;
    item.id = `m-${data.id}`;
    this.set(item, "words", data.text);
    this.links(item, data);
    this.state(item, data.state, { mine: true, at: data.written_at, why: data.held_for });
    this.toEnd();
  }

  unveiled(data) {
    this.remember(this.whole, data.id, { text: data.text, veils: data.veils });
    this.marked(this.find(data.id));
  }

  found(data) {
    this.remember(this.marks, data.id, data.findings);
    this.marked(this.find(data.id));
  }

  /* What is veiled or marked in a message, for those who read the whole of it. */
  marked(item) {
    const whole = this.whole.get(item?.dataset.id);
    const findings = this.marks.get(item?.dataset.id) ?? [];
    if (!whole && !findings.length) return;
    if (!KEEPS.has(item.dataset.state ?? "published") || ("partial" in item.dataset && !whole)) return;
    delete item.dataset.partial;
    drawMarks(this.field(item, "words"), this.field(item, "marks"), whole?.text ?? this.textOf(item), whole?.veils ?? [], findings, this.markings);
    if (this.following) this.toEnd();
  }

  remember(where, id, what) {
    where.set(id, what);
    if (where.size > MOST) where.delete(where.keys().next().value);
  }

  /* Who reads the whole goes on reading it while it is hidden; taken back, it is gone for everybody in the room. */
  hidden(id, state) {
    const item = this.find(id);
    if (!item) return;
    const mine = "mine" in item.dataset;
    if (state === "withdrawn") this.set(item, "words", mine ? "You took this message back." : "A message was taken back.");
    else if (!mine && !this.staff) this.set(item, "words", "A message is hidden. The person is told.");
    this.state(item, state, { mine });
  }

  restored(data) {
    const item = this.find(data.id);
    if (!item) return;
    const mine = "mine" in item.dataset;
    if ("partial" in item.dataset || (!mine && !this.staff)) this.words(item, data.text, data.veils);
    this.state(item, "published", { mine, times: "showing again", veiled: data.veils.length > 0 });
    this.marked(item);
  }

  line(words) {
    const line = document.createElement("p");
    line.className = "event";
    line.textContent = words;
    this.append(line, true);
  }

  state(item, state, { mine, at: moment, veiled, times, why } = {}) {
    item.dataset.state = state;
    item.toggleAttribute("data-whole", Boolean(mine || this.staff));
    if (!KEEPS.has(state)) this.field(item, "marks").hidden = true;
    const status = {
      sending: "Sending", waiting: "Waiting to send. Nobody has seen it.", held: "",
      published: mine ? `${times ? capital(times) : `Sent ${moment ? at(moment) : ""}`}${veiled ? `, a detail is veiled for ${this.others}` : ""}` : "",
      hidden: mine ? `Hidden from ${this.others}. Your home page says more.` : this.staff ? `Hidden from ${this.others}.` : "",
      refused: "Not sent. It is still yours.",
    }[state] ?? "";
    this.set(item, "status", status);
    this.note(item, "held", state === "held" ? this.heldNote : null, why ?? "waiting");
    this.note(item, "veil-note", mine && veiled && state === "published" ? this.veilNote : null);
    const shown = state === "published";
    for (const [action, visible] of [["reply", shown && !mine], ["report", shown && !mine], ["withdraw", mine && (shown || state === "held" || state === "hidden")]]) {
      const control = item.querySelector(`[data-action="${action}"]`);
      if (control) control.hidden = !visible;
    }
  }

  /* The note under one's own message. One that goes takes nobody's place on the page with it. */
  note(item, name, template, why) {
    const old = this.field(item, name);
    const focused = old?.contains(document.activeElement);
    old?.remove();
    if (focused) item.focus();
    if (!template) return;
    const note = template.content.cloneNode(true);
    for (const line of note.querySelectorAll("[data-why]")) if (!line.dataset.why.split(" ").includes(why)) line.remove();
    item.append(note);
  }

  make(author, mine) {
    const item = this.template.content.firstElementChild.cloneNode(true);
    if (mine) item.dataset.mine = "";
    const avatar = this.field(item, "avatar");
    avatar.textContent = initial(author.name);
    avatar.dataset.tint = tint(author.id);
    if (author.role !== "participant") avatar.dataset.staff = "";
    this.set(item, "name", mine ? "You" : author.name);
    this.set(item, "reply-name", author.name);
    this.set(item, "role", author.role === "participant" ? "" : `, ${author.role}`);
    return item;
  }

  fill(item, data, mine) {
    if (data.state !== "published") {
      item.dataset.state = data.state;
      item.dataset.partial = "";
      this.set(item, "words", data.state === "withdrawn"
        ? (mine ? "You took this message back." : "A message was taken back.")
        : (mine ? "This message is hidden." : "A message is hidden. The person is told."));
      return;
    }
    this.words(item, data.text, data.veils);
    const answered = data.reply_to ? this.find(data.reply_to) : null;
    if (answered) this.answers(item, this.textOf(answered));
  }

  /* As peers read it. Until the whole is told too, nothing can be marked in it. */
  words(item, text, veils) {
    const words = this.field(item, "words");
    words.replaceChildren();
    const letters = [...text];
    let done = 0;
    for (const [start, end] of veils) {
      words.append(letters.slice(done, start).join(""), this.markings.content.querySelector(".veil").cloneNode(true));
      done = end;
    }
    words.append(letters.slice(done).join(""));
    words.closest(".message").toggleAttribute("data-partial", veils.length > 0);
  }

  links(item, data) {
    const report = item.querySelector("[data-action=report]");
    if (report) report.href = `/messages/${data.id}/report/`;
    const withdraw = item.querySelector("[data-action=withdraw]");
    if (withdraw) withdraw.action = `/messages/${data.id}/withdraw/`;
    const reply = item.querySelector("[data-action=reply]");
    if (reply) reply.href = `?reply_to=${data.id}#composer`;
  }

  answers(item, text) {
    const field = this.field(item, "answers");
    field.textContent = text.length > 90 ? `${text.slice(0, 89)}…` : text;
    field.hidden = false;
  }

  /* Arrivals never move who is reading further up, and never take the focus. */
  append(item, fromOthers) {
    const follow = this.following || !fromOthers;
    this.log.querySelector("[data-empty]")?.remove();
    item.dataset.new = "";
    const focused = item.contains(document.activeElement) ? document.activeElement : null;
    this.newest.before(item);
    focused?.focus({ preventScroll: true });
    if (follow) this.toEnd(); else this.showPill();
  }

  /* Whoever follows the newest needs no more than the last few; what has no place in the log yet stays. */
  trim() {
    if (this.log.childElementCount < MOST + SPARE) return;
    const items = [...this.log.querySelectorAll(":scope > .message")];
    const first = items.slice(-MOST).find((item) => item.dataset.seq);
    if (!first || items.length < MOST + SPARE) return;
    const older = this.log.querySelector(":scope > [data-older]") ?? this.older();
    older.search = `?before=${first.dataset.seq}`;
    for (let item = older.nextElementSibling; item !== first;) {
      const next = item.nextElementSibling;
      if (!item.matches(".message") || item.dataset.seq) item.remove();
      item = next;
    }
  }

  older() {
    const link = document.createElement("a");
    link.className = "button button-quiet older";
    link.dataset.older = "";
    link.href = this.history;
    link.textContent = "Show earlier messages";
    this.log.querySelector(".fill").after(link);
    return link;
  }

  showPill() {
    if (this.pill?.isConnected) return;
    this.pill = document.createElement("button");
    this.pill.type = "button";
    this.pill.className = "button to-newest";
    this.pill.textContent = "New messages";
    this.pill.addEventListener("click", () => { this.toEnd(); this.pill.remove(); });
    this.log.append(this.pill);
  }

  textOf(item) { return this.field(item, "words").textContent; }
  field(item, name) { return item.querySelector(`[data-field="${name}"]`); }
  set(item, name, text) { const field = this.field(item, name); if (field) field.textContent = text; }
}
