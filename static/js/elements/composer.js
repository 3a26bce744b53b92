/* Writing and sending. A draft is never lost, an unsent message goes once and in order, and says truthfully where it is. */
const FINAL = new Set(["closed", "paused", "not_your_turn", "former_member", "not_found", "too_long", "bad_text", "empty", "not_allowed"]);
const AGAIN_MS = 4000;

export class Composer {
  constructor(view, live, list, kept, room) {
    Object.assign(this, { view, live, list, kept, room });
    this.form = view.querySelector("[data-write]");
    if (!this.form) return;
    this.words = this.form.elements.text;
    this.send = this.form.querySelector("[data-send]");
    this.notice = view.querySelector("[data-refused]");
    this.keptNote = view.querySelector("[data-draft-kept]");
    this.answering = view.querySelector("[data-answering]");
    if (!this.words.value && this.kept.draft) { this.words.value = this.kept.draft; this.note(); }
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.words.addEventListener("input", () => { this.kept.draft = this.words.value; this.note(); this.typing(); });
    this.words.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && matchMedia("(pointer: fine)").matches) {
        event.preventDefault();
        this.submit();
      }
    });
    this.answering.querySelector("[data-answering-stop]").addEventListener("click", (event) => { event.preventDefault(); this.answer(null); });
    for (const item of this.kept.unsent) this.show(item);
  }

  get state() { return this.view.querySelector("#composer-state").dataset; }

  submit() {
    const text = this.words.value;
    if (!text.trim()) { this.words.focus(); return; }
    if (this.state.allowed !== "1") { this.refuse(this.state.why); this.words.focus(); return; }
    const item = { cid: crypto.randomUUID(), text, reply_to: this.form.elements.reply_to.value || null, at: Date.now() };
    if (!this.kept.add(item)) { this.form.submit(); return; }
    this.words.value = "";
    this.kept.draft = "";
    this.note();
    this.refuse(null);
    this.show(item);
    this.answer(null);
    this.flush();
    this.words.focus();
  }

  show(item) {
    if (this.list.findSent(item.cid)) return;
    const answered = item.reply_to ? this.list.find(item.reply_to) : null;
    const bubble = this.list.sending(item.cid, item.text, answered ? this.list.textOf(answered) : "");
    if (item.refused) this.offer(bubble, item, item.refused);
    else this.list.state(bubble, this.live.open ? "sending" : "waiting", { mine: true });
  }

  /* Sends what waits, one after the other; stops at the first that cannot go now. */
  async flush() {
    if (this.flushing) return;
    this.flushing = true;
    try {
      for (const item of this.kept.unsent.filter((one) => !one.refused)) if (!(await this.deliver(item))) break;
    } finally { this.flushing = false; }
    if (this.kept.unsent.some((one) => !one.refused) && this.live.open) this.later();
  }

  later() { clearTimeout(this.timer); this.timer = setTimeout(() => this.flush(), AGAIN_MS); }

  async deliver(item) {
    const bubble = () => this.list.findSent(item.cid);
    try {
      const ack = await this.carry(item);
      this.kept.remove(item.cid);
      const shown = bubble();
      if (shown) {
        shown.dataset.id = ack.id;
        this.list.links(shown, { id: ack.id });
        /* What was told meanwhile knows more than the answer: shown already, or why it is held. */
        if (!["published", ack.state].includes(shown.dataset.state)) this.list.state(shown, ack.state, { mine: true, at: Date.now() });
      }
      return true;
    } catch (refused) {
      if (!refused.code) { if (bubble()) this.list.state(bubble(), "waiting", { mine: true }); return false; }
      if (!FINAL.has(refused.code)) { if (bubble()) this.list.state(bubble(), "waiting", { mine: true }); this.refuse(refused.reason); return false; }
      this.kept.change(item.cid, { refused: refused.reason });
      if (bubble()) this.offer(bubble(), item, refused.reason);
      this.refuse(refused.reason);
      return true;
    }
  }

  /* By the socket; where sockets are blocked, by the same form. */
  async carry(item) {
    const fields = { room: this.room, text: item.text, ...(item.reply_to ? { reply_to: item.reply_to } : {}) };
    if (this.live.open || this.live.failures < 3) return this.live.send("post", fields, item.cid);
    const body = new FormData(this.form);
    body.set("cid", item.cid);
    body.set("text", item.text);
    body.set("reply_to", item.reply_to ?? "");
    const answer = await (await fetch(this.form.action, { method: "POST", body, headers: { Accept: "application/json" } })).json();
    if (!answer.ok) throw answer;
    return answer;
  }

  /* Refused words stay, and go only by a tap. */
  offer(bubble, item, reason) {
    this.list.state(bubble, "refused", { mine: true });
    const below = bubble.querySelector(".below");
    below.querySelectorAll("[data-offer]").forEach((old) => old.remove());
    const button = (words, act) => {
      const made = Object.assign(document.createElement("button"), { type: "button", className: "as-link", textContent: words });
      made.dataset.offer = "";
      made.addEventListener("click", act);
      below.append(made);
    };
    button("Send again", () => {
      below.querySelectorAll("[data-offer]").forEach((old) => old.remove());
      this.kept.change(item.cid, { refused: null });
      this.list.state(bubble, "sending", { mine: true });
      this.flush();
    });
    button("Back to the draft", () => {
      this.kept.remove(item.cid);
      bubble.remove();
      this.words.value = this.words.value ? `${this.words.value}\n${item.text}` : item.text;
      this.kept.draft = this.words.value;
      this.note();
      this.words.focus();
    });
    bubble.querySelector("[data-field=status]").title = reason;
  }

  refuse(reason) {
    this.notice.hidden = !reason;
    this.notice.querySelector("[data-reason]").textContent = reason ?? "";
  }

  note() { this.keptNote.hidden = !this.words.value; }

  answer(item) {
    this.form.elements.reply_to.value = item?.dataset.id ?? "";
    this.answering.hidden = !item;
    if (item) {
      this.answering.querySelector("[data-answering-name]").textContent = item.querySelector("[data-field=reply-name]")?.textContent || "a message";
      this.words.focus();
    }
  }

  typing() {
    if (Date.now() - (this.typedAt ?? 0) < 3000 || !this.words.value || this.state.allowed !== "1") return;
    this.typedAt = Date.now();
    this.live.send("typing", { room: this.room }).catch(() => {});
  }

  /* The page's state was fetched again: a composer that opens keeps its draft, one that closes keeps it too. */
  stand() {
    if (!this.form) return;
    const allowed = this.state.allowed === "1";
    this.form.hidden = !allowed && this.state.code === "closed" && !this.words.value;
    this.send.classList.toggle("button-next", allowed);
    allowed ? this.send.removeAttribute("aria-disabled") : this.send.setAttribute("aria-disabled", "true");
    if (allowed) this.refuse(null);
  }
}
