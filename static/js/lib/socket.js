/* One socket for the page: connects, resumes every topic where it was, answers commands by their cid.
   It knows the protocol's envelope (docs/protocol.md) and nothing of rooms. */
const VERSION = 1;
const WAITS = [500, 1000, 2000, 4000, 8000, 15000];
/* A connection can die without a word. The server says where each topic stands every 15 s, and answers within seconds. */
const SILENT_MS = 40000;
const ANSWER_MS = 12000;

export class Live extends EventTarget {
  constructor() {
    super();
    this.open = false;
    this.failures = 0;
    this.waiting = new Map();
    this.ended = null;
    this.onopen = async () => {};
    addEventListener("online", () => this.again());
    addEventListener("offline", () => this.lost());
    setInterval(() => this.watch(), 3000);
    document.addEventListener("visibilitychange", () => { if (!document.hidden && !this.open) this.again(); });
  }

  connect() {
    const url = new URL("/ws/", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = this.socket = new WebSocket(url);
    socket.onopen = async () => {
      this.open = true;
      this.heardAt = Date.now();
      try { await this.onopen(); this.failures = 0; this.tell("up"); } catch (refused) {
        if (refused?.code) this.tell("refused", refused); else socket.close();
      }
    };
    socket.onmessage = ({ data }) => this.hear(JSON.parse(data));
    socket.onclose = ({ code }) => { if (socket === this.socket) this.closed(code); };
  }

  closed(code) {
    this.open = false;
    for (const { reject } of this.waiting.values()) reject(new Error("offline"));
    this.waiting.clear();
    if (code === 4401 || code === 4403) { this.ended = code; this.tell("ended", { code }); return; }
    this.tell("down");
    clearTimeout(this.timer);
    const wait = code === 4503 ? 200 : WAITS[Math.min(this.failures, WAITS.length - 1)];
    this.failures += 1;
    this.timer = setTimeout(() => this.connect(), wait * (0.75 + Math.random() / 2));
  }

  /* The other side does not answer: let go of this socket without waiting for its goodbye. */
  lost() {
    if (!this.open) return;
    const socket = this.socket;
    this.socket = null;
    socket.close();
    this.closed(1006);
  }

  watch() {
    const late = [...this.waiting.values()].some(({ at }) => Date.now() - at > ANSWER_MS);
    if (this.open && (late || Date.now() - this.heardAt > SILENT_MS)) this.lost();
  }

  again() {
    if (this.ended || this.open || this.socket?.readyState === WebSocket.CONNECTING) return;
    clearTimeout(this.timer);
    this.connect();
  }

  hear(frame) {
    this.heardAt = Date.now();
    if (frame.v !== VERSION) { this.outdated(); return; }
    if ("ack" in frame) {
      const waiting = this.waiting.get(frame.ack);
      this.waiting.delete(frame.ack);
      if (waiting) frame.ok ? waiting.resolve(frame) : waiting.reject(frame);
      return;
    }
    this.tell("event", frame);
  }

  /* The site was updated and speaks another version than this page: whoever reads it must load it anew. */
  outdated() {
    this.ended = "version";
    const socket = this.socket;
    this.socket = null;
    this.open = false;
    socket.close();
    for (const { reject } of this.waiting.values()) reject(new Error("offline"));
    this.waiting.clear();
    this.tell("outdated");
  }

  /* Resolves with the acknowledgement; rejects with the refusal ({code, reason}) or with Error("offline"). */
  send(cmd, fields = {}, cid = crypto.randomUUID()) {
    return new Promise((resolve, reject) => {
      if (!this.open || this.socket?.readyState !== WebSocket.OPEN) { reject(new Error("offline")); return; }
      this.waiting.set(cid, { resolve, reject, at: Date.now() });
      this.socket.send(JSON.stringify({ v: VERSION, cmd, cid, ...fields }));
    });
  }

  tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}
