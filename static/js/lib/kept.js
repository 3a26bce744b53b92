/* What this device keeps for one person in one room: the draft, and messages not sent yet, in order. */
function read(key, otherwise) {
  try { return JSON.parse(localStorage.getItem(key)) ?? otherwise; } catch { return otherwise; }
}
function write(key, value) {
  try { value?.length ? localStorage.setItem(key, JSON.stringify(value)) : localStorage.removeItem(key); return true; } catch { return false; }
}

export class Kept {
  constructor(person, room) {
    this.draftKey = `draft:${person}:${room}`;
    this.outKey = `unsent:${person}:${room}`;
  }
  get draft() { return read(this.draftKey, ""); }
  set draft(text) { write(this.draftKey, text); }
  /* [{cid, text, reply_to, at, refused}] */
  get unsent() { return read(this.outKey, []); }
  add(item) { return write(this.outKey, [...this.unsent, item]); }
  change(cid, changes) { write(this.outKey, this.unsent.map((item) => (item.cid === cid ? { ...item, ...changes } : item))); }
  remove(cid) { write(this.outKey, this.unsent.filter((item) => item.cid !== cid)); }
}
