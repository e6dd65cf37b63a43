// One talk as the page knows it: its messages in order, what was recalled, how far it was seen.

export class Conversation {
  constructor(shown) {
    this.id = shown.id;
    this.messages = [];
    this.byKey = new Map();
    this.recalls = new Map();
    this.older = false;
    this.loaded = false;
    this.stale = false;
    this.newest = 0;
    this.called = false;
    this.asking = false;
    this.update(shown);
  }

  /** What a welcome says of it. */
  update(shown) {
    this.name = shown.name;
    this.members = shown.members;
    this.last = shown.last;
    this.unread = shown.unread;
    this.isStaffRoom = shown.staff_room;
  }

  get isBot() {
    return this.id === "bot";
  }

  /** The last page of it, in place of whatever was there. */
  fill(messages, older) {
    this.messages = [];
    this.byKey.clear();
    this.newest = 0;
    this.older = older;
    this.loaded = true;
    this.stale = false;
    this.merge(messages);
  }

  /** Adds messages, each once, in the order they were said. Returns those that are new. */
  merge(messages) {
    const added = [];
    for (const message of messages) {
      if (!this.stale) this.newest = Math.max(this.newest, message.id);
      if (message.kind === "recall") {
        this.recall(message.recalls, message.person);
        continue;
      }
      const known = this.byKey.get(message.key);
      if (known) {
        if (message.recalled) known.recalled = true;
        continue;
      }
      if (this.recalls.get(message.key) === message.person && this.recalls.has(message.key)) message.recalled = true;
      message.moment = new Date(message.at);
      this.byKey.set(message.key, message);
      this.messages.push(message);
      added.push(message);
    }
    if (added.length) {
      this.messages.sort((one, other) => one.moment - other.moment || one.id - other.id);
      const last = this.messages.at(-1);
      if (!this.last || last.id >= this.last.id) this.last = last;
    }
    return added;
  }

  /** Takes a message back, if it was the same person's. */
  recall(key, person) {
    this.recalls.set(key, person);
    const message = this.byKey.get(key);
    if (message && message.person === person) message.recalled = true;
    if (this.last?.key === key && this.last.person === person) this.last = { ...this.last, recalled: true };
  }
}
