// What was said here and is not known to be kept. One at a time and in order; said again, under the same id, until the
// server answers. Lives in the browser's memory, so that it outlives a reload; files live in the page only.

const ANSWER_SECONDS = 20;

export class Outbox {
  /**
   * @param {Line} line
   * @param {Memory} memory
   * @param {(item: object) => void} changed an item was added, was kept (`kept`), or failed (`failed` says why)
   */
  constructor(line, memory, changed) {
    this.line = line;
    this.memory = memory;
    this.changed = changed;
    this.items = memory.all("out:").sort((one, other) => one.order - other.order);
    this.busy = false;
    this.timer = 0;
  }

  /** What of a conversation is not shown by the server yet, in order. */
  of(conversation) {
    return this.items.filter((item) => item.conversation === conversation && item.type !== "recall");
  }

  add(item) {
    const last = this.items.at(-1)?.order ?? 0;
    const whole = { ...item, id: newId(), order: Math.max(last + 1, Date.now()) };
    this.items.push(whole);
    if (whole.type !== "file") this.memory.set(`out:${whole.id}`, whole);
    this.changed(whole);
    this.pump();
    return whole;
  }

  get first() {
    return this.items.find((one) => !one.failed && !one.kept);
  }

  /** Sends the first that waits, unless one is on its way. */
  pump() {
    const item = this.first;
    if (!item || this.busy || !this.line.isUp) return;
    this.busy = true;
    clearTimeout(this.timer);
    if (item.type === "file") {
      this.upload(item);
      return;
    }
    const { type, conversation, id, text, key } = item;
    this.line.send(type === "recall" ? { type, conversation, id, key } : { type, conversation, id, text });
    this.timer = setTimeout(() => this.again(0), ANSWER_SECONDS * 1000);
  }

  async upload(item) {
    const address = `files?${new URLSearchParams({ conversation: item.conversation, id: item.id })}`;
    const headers = { "X-File-Name": encodeURIComponent(wellFormed(item.file.name)), "Content-Type": item.file.type || "application/octet-stream" };
    try {
      const answer = await fetch(address, { method: "POST", headers, body: item.file });
      this.answered(await answer.json());
    } catch {
      this.again(2);
    }
  }

  /** The server's answer: kept, or refused for good or for now. */
  answered(frame) {
    const item = this.items.find((one) => one.id === frame.id);
    if (!item) return;
    if (frame.type === "refused" && frame.retry_seconds !== null) {
      this.again(frame.retry_seconds);
      return;
    }
    clearTimeout(this.timer);
    this.busy = false;
    if (frame.type === "kept") {
      item.kept = true;
      this.memory.forget(`out:${item.id}`);
      if (item.type === "recall") this.drop(item);
    } else {
      item.failed = frame.text;
      if (item.type !== "file") this.memory.set(`out:${item.id}`, item);
    }
    this.changed(item);
    this.pump();
  }

  again(seconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.busy = false; this.pump(); }, seconds * 1000);
  }

  /** The line is down: what was on its way is not known to have arrived. */
  interrupted() {
    if (this.first?.type === "file") return;
    clearTimeout(this.timer);
    this.busy = false;
  }

  /** The server shows it now. */
  arrived(id) {
    const item = this.items.find((one) => one.id === id);
    if (!item) return;
    if (item === this.first) {
      clearTimeout(this.timer);
      this.busy = false;
    }
    this.drop(item);
    this.pump();
  }

  retry(item) {
    delete item.failed;
    this.changed(item);
    this.pump();
  }

  drop(item) {
    this.items = this.items.filter((one) => one !== item);
    this.memory.forget(`out:${item.id}`);
  }
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function wellFormed(text) {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}
