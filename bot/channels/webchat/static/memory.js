// What the browser keeps for one person: drafts, what is not sent yet, what was seen. It may refuse; then it forgets.

export class Memory {
  constructor(person) {
    this.prefix = `liaison:${person}:`;
  }

  get(key) {
    try {
      return JSON.parse(localStorage.getItem(this.prefix + key));
    } catch {
      return null;
    }
  }

  set(key, value) {
    try {
      localStorage.setItem(this.prefix + key, JSON.stringify(value));
    } catch {
      // Full or forbidden: it lives on in the page.
    }
  }

  forget(key) {
    try {
      localStorage.removeItem(this.prefix + key);
    } catch {
      // Nothing was kept.
    }
  }

  /** All values whose key begins with it. */
  all(start) {
    const whole = this.prefix + start;
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(whole))
        .map((key) => this.get(key.slice(this.prefix.length))).filter((value) => value !== null);
    } catch {
      return [];
    }
  }
}
