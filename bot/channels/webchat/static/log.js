// Draws one conversation. Each thing shown has a key; what is there already stays, so that scrolling, folding and
// screen readers are not disturbed. Text only ever becomes text nodes.

import { avatar, botMark, clock, day, dayName, element, ending, fileSize } from "/webchat/words.js";

const PAUSE = 5 * 60 * 1000;
const LONG = 600;
const MANY_LINES = 14;
const MOST_MENTIONS = 200;
const NEAR = 90;

export class Log {
  /**
   * @param {HTMLElement} box
   * @param {HTMLButtonElement} newer
   * @param {{ older(): void, unfold(id: number): void, recall(message: object): void, edit(text: string): void,
   *   retry(item: object): void, drop(item: object): void, acknowledge(notice: number): void,
   *   acknowledged(notice: number): boolean }} wanted what is done when somebody asks for it
   */
  constructor(box, newer, wanted) {
    this.box = box;
    this.newer = newer;
    this.wanted = wanted;
    this.shown = new Map();
    this.whole = new Map();
    this.unfolded = new Set();
    this.missed = 0;
    this.atEnd = true;
    newer.addEventListener("click", () => this.toEnd());
    box.addEventListener("scroll", () => this.scrolled(), { passive: true });
    box.addEventListener("load", () => this.stay(), true); // a picture has come and made the talk longer
    new ResizeObserver(() => this.stay()).observe(box);
  }

  /** Shows another conversation, or this one anew. */
  open(conversation, me, bot) {
    this.conversation = conversation;
    this.me = me;
    this.bot = bot;
    this.staff = new Set(conversation.members.filter((member) => member.staff).map((member) => member.id));
    this.names = mentionPattern([bot, "所有人", ...conversation.members.map((member) => member.name)]);
    this.box.replaceChildren();
    this.box.setAttribute("aria-busy", "true"); // history is not read out
    this.oldest = undefined;
    this.shown.clear();
    this.missed = 0;
    this.atEnd = true;
    this.newer.hidden = true;
  }

  /** Draws what is there now. */
  draw(waiting, now, recallSeconds) {
    const from = this.box.scrollHeight - this.box.scrollTop;
    const wanted = this.layOut(waiting, now, recallSeconds);
    const fresh = this.put(wanted);
    const oldest = this.conversation.messages[0];
    const grewAbove = this.oldest !== undefined && this.oldest !== oldest;
    this.oldest = oldest;
    if (this.conversation.loaded) this.box.setAttribute("aria-busy", "false");
    if (grewAbove && !this.atEnd) this.box.scrollTop = this.box.scrollHeight - from;
    else if (this.atEnd || fresh.own) this.toEnd();
    else if (fresh.count) this.miss(fresh.count);
  }

  /** The whole of a long text has come. */
  showWhole(id, text) {
    this.whole.set(id, text);
    this.unfolded.add(id);
  }

  look() {
    this.atEnd = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < NEAR;
  }

  /** Whoever was at the end stays there, whatever grew. */
  stay() {
    if (this.atEnd) this.toEnd();
  }

  toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
    this.atEnd = true;
    this.missed = 0;
    this.newer.hidden = true;
  }

  miss(count) {
    this.missed += count;
    this.newer.textContent = `↓ ${this.missed} 条新消息`;
    this.newer.hidden = false;
  }

  scrolled() {
    this.look();
    if (this.atEnd && this.missed) this.toEnd();
    if (this.box.scrollTop < 60 && this.conversation?.older) this.wanted.older();
  }

  /** What is to be seen, in order: [key, state, make]. An element is made anew only when its state changed. */
  layOut(waiting, now, recallSeconds) {
    const parts = [];
    const { conversation } = this;
    if (conversation.older) parts.push(["older", "", () => this.olderButton()]);
    let before = null;
    for (const message of conversation.messages) {
      this.stamp(parts, before, message.moment, now, message.key);
      before = message.moment;
      const mayRecall = this.isOwn(message) && !message.recalled && now - message.moment < recallSeconds * 1000;
      const answered = message.notice ? this.wanted.acknowledged(message.notice) : "";
      const state = [message.recalled, mayRecall, this.unfolded.has(message.id), answered].join();
      parts.push([message.key, state, () => this.message(message, mayRecall)]);
    }
    for (const item of waiting) {
      parts.push([`${this.me.id}-${item.id}`, item.failed ?? (item.kept ? "kept" : "waiting"), () => this.waiting(item)]);
    }
    if (conversation.loaded && !conversation.messages.length && !waiting.length) {
      const words = conversation.isBot ? `这里是您和${this.bot}的私聊，别人看不到。` : "还没有人说话。";
      parts.push(["nothing", "", () => element("p", "note", words)]);
    }
    return parts;
  }

  put(wanted) {
    const keep = new Set(wanted.map(([key]) => key));
    for (const [key, { node }] of this.shown) {
      if (!keep.has(key)) { node.remove(); this.shown.delete(key); }
    }
    const fresh = { count: 0, own: false };
    const isFirst = this.shown.size === 0;
    let place = this.box.firstChild;
    for (const [key, state, make] of wanted) {
      const known = this.shown.get(key);
      let node = known?.node;
      if (!known || known.state !== state) {
        node = make();
        if (known) { if (known.node === place) place = place.nextSibling; known.node.remove(); }
        else if (!isFirst && node.classList.contains("message")) {
          const isLast = key === wanted.at(-1)[0];
          if (isLast) node.classList.add("new");
          if (node.classList.contains("own") && isLast) fresh.own = true;
          else if (place === null) fresh.count += 1;
        }
        this.shown.set(key, { node, state });
      }
      if (node === place) place = place.nextSibling;
      else this.box.insertBefore(node, place);
    }
    return fresh;
  }

  stamp(parts, before, moment, now, key) {
    if (before === null || day(before) !== day(moment)) {
      const name = dayName(moment, now);
      parts.push([`day ${day(moment)}`, name, () => element("p", "note day", element("span", "", `${name} ${clock(moment)}`))]);
    } else if (moment - before > PAUSE) {
      parts.push([`time ${key}`, "", () => element("p", "note", clock(moment))]);
    }
  }

  olderButton() {
    const button = element("button", "older", "更早的消息");
    button.type = "button";
    button.addEventListener("click", () => this.wanted.older());
    return button;
  }

  isOwn(message) {
    return !message.bot && message.person === this.me.id;
  }

  message(message, mayRecall) {
    if (message.recalled) return this.recalled(message);
    const own = this.isOwn(message);
    const bubble = message.file ? fileBubble(message.file) : this.textBubble(message);
    const staff = !message.bot && this.staff.has(message.person);
    const takeBack = mayRecall ? [button("撤回", "take-back", () => this.wanted.recall(message))] : [];
    const answer = message.notice ? [this.answer(message.notice)] : [];
    return this.row({ name: message.name, own, bot: message.bot, staff, at: message.moment }, bubble, ...takeBack, ...answer);
  }

  /** Under a notice: one tap says that it was seen. */
  answer(notice) {
    if (this.wanted.acknowledged(notice)) return element("p", "answered", "✓ 您已回“收到”");
    return button("收到", "acknowledge", () => this.wanted.acknowledge(notice));
  }

  recalled(message) {
    const own = this.isOwn(message);
    const note = element("p", "note", element("bdi", "", own ? "你" : message.name), " 撤回了一条消息");
    if (own && message.text && !message.cut) note.append(" ", button("重新编辑", "", () => this.wanted.edit(message.text)));
    return note;
  }

  waiting(item) {
    const meta = element("div", "meta");
    if (item.failed) {
      meta.append(element("span", "failed", item.failed), button("重发", "", () => this.wanted.retry(item)));
      meta.append(button("删除", "", () => this.wanted.drop(item)));
    } else if (!item.kept) {
      meta.append(element("span", "", "发送中…"));
    }
    const shown = item.type === "file" ? fileBubble({ name: item.file.name, size: item.file.size }) : this.textBubble({ id: item.id, text: item.text });
    const node = this.row({ name: this.me.name, own: true, bot: false, staff: false, at: null }, shown, meta);
    node.classList.toggle("waiting", !item.failed && !item.kept);
    return node;
  }

  row(who, ...content) {
    const kind = who.own ? "own" : who.bot ? "from-bot" : "other";
    const name = element("div", who.own ? "out-of-sight" : "who", element("bdi", "", who.own ? "我" : who.name));
    if (who.staff && !who.own) name.append(element("span", "badge", "工作人员"));
    if (who.bot) name.append(element("span", "badge bot", "机器人"));
    if (who.at) name.append(element("span", "out-of-sight", `${clock(who.at)}：`));
    const picture = who.bot ? botMark() : avatar(who.name);
    return element("div", `message ${kind}`, picture, element("div", "body", name, ...content));
  }

  textBubble(message) {
    const text = element("div", "text");
    text.dir = "auto";
    const whole = this.whole.get(message.id) ?? message.text;
    text.append(...this.withMentions(whole));
    const bubble = element("div", "bubble", text);
    if (message.cut || whole.length > LONG || whole.split("\n", MANY_LINES + 1).length > MANY_LINES) this.fold(bubble, text, message);
    return bubble;
  }

  fold(bubble, text, message) {
    const toggle = button("", "unfold", () => {
      if (!this.unfolded.has(message.id) && message.cut && !this.whole.has(message.id)) {
        this.wanted.unfold(message.id);
        return;
      }
      if (!this.unfolded.delete(message.id)) this.unfolded.add(message.id);
      show();
      this.look();
    });
    const show = () => {
      const open = this.unfolded.has(message.id);
      text.classList.toggle("folded", !open);
      toggle.textContent = open ? "收起" : "展开";
      toggle.setAttribute("aria-expanded", String(open));
    };
    show();
    bubble.append(toggle);
  }

  withMentions(text) {
    const parts = [];
    let from = 0;
    for (const found of text.matchAll(this.names)) {
      if (parts.length > 2 * MOST_MENTIONS) break;
      parts.push(text.slice(from, found.index));
      const mine = found[1] === this.me.name || found[1] === "所有人";
      parts.push(element("span", mine ? "mention mine" : "mention", found[0]));
      from = found.index + found[0].length;
    }
    parts.push(text.slice(from));
    return parts;
  }
}

function mentionPattern(names) {
  const known = [...new Set(names)].filter((name) => name.trim()).sort((one, other) => other.length - one.length);
  return new RegExp(`[@＠](${known.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "g");
}

function fileBubble(file) {
  const link = element("a");
  if (file.url) {
    link.href = file.url;
    link.download = file.name;
  }
  if (file.picture) {
    const picture = element("img");
    picture.loading = "lazy";
    picture.src = file.url;
    picture.alt = `图片：${file.name}`;
    link.append(picture);
    return element("div", "bubble picture", link);
  }
  const words = element("span", "text", element("bdi", "name", file.name), element("small", "", fileSize(file.size)));
  const sheet = element("span", "sheet", ending(file.name));
  sheet.setAttribute("aria-hidden", "true");
  link.append(sheet, words);
  return element("div", "bubble file", link);
}

function button(words, className, pressed) {
  const made = element("button", className, words);
  made.type = "button";
  made.addEventListener("click", pressed);
  return made;
}
