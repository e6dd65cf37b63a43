// The chat page: puts its parts together. The server says who sits here (welcome); everything else follows from that.

import { Composer } from "/webchat/composer.js";
import { Conversation } from "/webchat/conversation.js";
import { Line } from "/webchat/line.js";
import { Log } from "/webchat/log.js";
import { Memory } from "/webchat/memory.js";
import { Outbox } from "/webchat/outbox.js";
import { showTalks } from "/webchat/talks.js";
import { avatar, element } from "/webchat/words.js";

const byId = (id) => document.getElementById(id);
const app = byId("app");
const banner = byId("banner");
const isPhone = matchMedia("(max-width: 719px)");

const conversations = new Map();
let me = null;
let bot = "";
let limits = null;
let openSeats = false;
let memory = null;
let outbox = null;
let current = null;
let skew = 0;
let bannerTimer = 0;

const line = new Line({ up: entered, down: lost, frame: received, away: turnedAway });
const log = new Log(byId("log"), byId("newer"), {
  older: askOlder,
  unfold: (id) => line.send({ type: "unfold", message: id }),
  recall: (message) => outbox.add({ type: "recall", conversation: current.id, key: message.key }),
  edit: (text) => composer.write(text),
  retry: (item) => outbox.retry(item),
  drop: (item) => { outbox.drop(item); draw(); },
  acknowledge: (notice) => { memory.set(`answered:${notice}`, true); say(`收到 ${notice}`); },
  acknowledged: (notice) => memory?.get(`answered:${notice}`) === true,
});
const composer = new Composer(
  {
    form: byId("composer"), say: byId("say"), send: byId("send"), picker: byId("picker"),
    attach: byId("attach"), file: byId("file"), hints: byId("hints"),
  },
  { say, files: sendFiles, draft: (text) => current && keepDraft(current.id, text) },
);

const now = () => new Date(Date.now() + skew);

// the line

function entered() {
  const seen = { bot: 0 };
  if (memory) for (const id of conversations.keys()) seen[id] = memory.get(`seen:${id}`) ?? (id === "bot" ? 0 : undefined);
  line.send({ type: "enter", seen });
}

function lost() {
  outbox?.interrupted();
  for (const conversation of conversations.values()) {
    conversation.stale = true;
    conversation.asking = false;
  }
  clearTimeout(bannerTimer);
  bannerTimer = setTimeout(() => tell("连接断开，正在重新连接…写好的消息会自动补发。"), 1200);
}

function turnedAway() {
  clearTimeout(bannerTimer);
  composer.form.hidden = true;
}

function received(frame) {
  const handle = {
    welcome, opened: filled, missed: filled, older: filledAbove, message: said, kept, refused, text: wholeText,
    turned_away: (away) => tell(away.text),
  }[frame.type];
  handle?.(frame);
}

function welcome(frame) {
  const first = me?.id !== frame.me.id;
  ({ me, bot, limits, open_seats: openSeats } = frame);
  skew = new Date(frame.now) - Date.now();
  if (first) {
    memory = new Memory(me.id);
    outbox = new Outbox(line, memory, () => draw());
    conversations.clear();
    current = null;
  }
  for (const gone of [...conversations.keys()].filter((id) => !frame.conversations.some((shown) => shown.id === id))) {
    conversations.delete(gone);
  }
  for (const shown of frame.conversations) {
    if (conversations.has(shown.id)) conversations.get(shown.id).update(shown);
    else conversations.set(shown.id, new Conversation(shown));
  }
  if (first) firstSight();
  quiet();
  drawMe();
  if (conversations.has(current?.id)) ask(current);
  else go(first);
  outbox.pump();
}

/** On the first visit of this browser what is already there is not new; the second question counts what is. */
function firstSight() {
  let known = false;
  for (const conversation of conversations.values()) {
    if (memory.get(`seen:${conversation.id}`) !== null) known = true;
    else if (!conversation.isBot) memory.set(`seen:${conversation.id}`, conversation.last?.id ?? 0);
  }
  if (known) entered();
}

function ask(conversation) {
  const after = conversation.loaded ? conversation.newest : null;
  line.send({ type: "open", conversation: conversation.id, after });
}

function askOlder() {
  const oldest = current.messages[0];
  if (!oldest || current.asking) return;
  current.asking = line.send({ type: "older", conversation: current.id, before: oldest.id });
}

function filled(frame) {
  const conversation = conversations.get(frame.conversation);
  if (!conversation) return;
  conversation.stale = false;
  if (frame.type === "opened") conversation.fill(frame.messages, frame.older);
  else conversation.merge(frame.messages);
  arrived(frame.messages);
  draw();
}

function filledAbove(frame) {
  const conversation = conversations.get(frame.conversation);
  if (!conversation) return;
  conversation.asking = false;
  conversation.older = frame.older;
  conversation.merge(frame.messages);
  draw();
}

function said(frame) {
  const conversation = conversations.get(frame.conversation);
  if (!conversation) return;
  const isNews = frame.kind !== "recall" && frame.id > (conversation.last?.id ?? 0);
  if (conversation.loaded) conversation.merge([frame]);
  else if (frame.kind === "recall") conversation.recall(frame.recalls, frame.person);
  else conversation.last = frame;
  if (isNews && frame.person !== me.id && !isWatched(conversation)) {
    conversation.unread += 1;
    if (frame.text.includes(`@${me.name}`)) conversation.called = true;
  }
  arrived([frame]);
  draw();
}

function arrived(messages) {
  const mine = `${me.id}-`;
  for (const message of messages) if (message.key.startsWith(mine)) outbox.arrived(message.key.slice(mine.length));
}

function kept(frame) {
  outbox.answered(frame);
}

function refused(frame) {
  const item = outbox?.items.find((one) => one.id === frame.id);
  if (!item || item.type === "recall" || frame.retry_seconds !== null) tell(frame.text, 6);
  if (item) {
    outbox.answered(frame);
    if (item.type === "recall" && frame.retry_seconds === null) outbox.drop(item);
  } else if (frame.retry_seconds !== null) {
    setTimeout(entered, frame.retry_seconds * 1000);
  }
}

function wholeText(frame) {
  log.showWhole(frame.message, frame.text);
  draw();
}

// saying

/** Says it here; false where it is too long to be said. */
function say(text) {
  if (new TextEncoder().encode(text).length > limits.text) {
    tell("这条消息太长，没有发出。请分几条发，或者作为文件发送。", 8);
    return false;
  }
  outbox.add({ type: "say", conversation: current.id, text });
  composer.hints.hidden = true;
  memory.set("spoke", true);
  return true;
}

function sendFiles(files) {
  for (const file of files) {
    if (file.size > limits.file) tell(`“${file.name}”太大，没有发出（最多 ${Math.round(limits.file / 1048576)} MB）。`, 8);
    else outbox.add({ type: "file", conversation: current.id, file });
  }
}

function keepDraft(id, text) {
  if (text) memory.set(`draft:${id}`, text);
  else memory.forget(`draft:${id}`);
}

// what is shown

/** Shows what the address names; who has one group only is in it at once. */
function go(first = false) {
  const wanted = conversations.get(decodeURIComponent(location.hash.slice(1)));
  const rooms = [...conversations.values()].filter((conversation) => !conversation.isBot);
  const alone = rooms.length === 1 ? rooms[0] : undefined;
  const next = wanted ?? (location.hash ? undefined : isPhone.matches ? undefined : rooms[0] ?? conversations.get("bot"));
  if (first && !next && alone && !location.hash) {
    history.pushState(null, "", `#${alone.id}`); // back leads to the list
    open(alone);
  } else if (next) {
    open(next);
  } else {
    app.dataset.showing = "talks";
    if (isPhone.matches) current = null;
    draw();
  }
}

function open(conversation) {
  const changed = current !== conversation;
  current = conversation;
  app.dataset.showing = "talk";
  if (changed) {
    log.open(conversation, me, bot);
    const people = conversation.isBot ? [] : [{ name: bot, bot: true }, ...conversation.members.filter((member) => member.id !== me.id)];
    composer.open(people, placeholder(conversation), memory.get(`draft:${conversation.id}`) ?? "", hints());
    byId("title").textContent = conversation.isBot ? `${bot}（私聊）` : conversation.name;
    byId("count").textContent = conversation.isBot ? "" : `(${conversation.members.length})`;
    byId("show-members").hidden = conversation.isBot;
  }
  if (!conversation.loaded || conversation.stale) ask(conversation);
  draw();
  if (changed) {
    log.toEnd();
    if (!isPhone.matches) composer.say.focus();
  }
}

function placeholder(conversation) {
  if (me.staff && conversation.isBot) return "例如：/帮助";
  if (conversation.isBot) return "例如：36.5 健康";
  return "说点什么";
}

function hints() {
  if (!openSeats || memory.get("spoke")) return [];
  return me.staff ? ["/汇总", "/未报", "/帮助"] : ["36.5 健康"];
}

function isWatched(conversation) {
  return conversation === current && !document.hidden && app.dataset.showing === "talk";
}

function draw() {
  if (!me) return;
  if (current) {
    if (isWatched(current)) seen(current);
    log.draw(outbox.of(current.id).filter((item) => !current.byKey.has(`${me.id}-${item.id}`)), now(), limits.recall_seconds);
  }
  drawTalks();
}

function seen(conversation) {
  conversation.unread = 0;
  conversation.called = false;
  if (conversation.last) memory.set(`seen:${conversation.id}`, Math.max(conversation.newest, conversation.last.id));
}

function drawMe() {
  byId("my-avatar").replaceWith(Object.assign(avatar(me.name), { id: "my-avatar" }));
  byId("my-name").textContent = me.name;
  byId("my-role").textContent = me.staff ? "工作人员" : "代表";
  const bySeat = location.pathname.startsWith("/seat/");
  byId("change-seat").hidden = !bySeat;
  byId("leave").hidden = bySeat;
}

function drawTalks() {
  const unread = showTalks(byId("talks"), conversations.values(), { current, me, bot, now: now() });
  document.title = unread ? `(${unread}) 联络员` : "联络员";
}

function showMembers() {
  const people = current.members.map((member) => {
    const row = element("button", "", avatar(member.name), element("bdi", "name", member.name));
    row.type = "button";
    if (member.staff) row.append(element("span", "badge", "工作人员"));
    row.append(element("small", "", member.unit));
    row.addEventListener("click", () => {
      byId("members").close();
      if (member.id !== me.id) composer.call(member.name);
    });
    return element("li", "", row);
  });
  byId("members-title").textContent = `群成员（${current.members.length}）`;
  byId("members-list").replaceChildren(...people);
  byId("members").showModal();
}

function tell(words, seconds = 0) {
  clearTimeout(bannerTimer);
  banner.textContent = words;
  banner.hidden = false;
  if (seconds) bannerTimer = setTimeout(quiet, seconds * 1000);
}

function quiet() {
  clearTimeout(bannerTimer);
  banner.hidden = true;
}

byId("back").addEventListener("click", () => { location.hash = "#"; });
byId("show-members").addEventListener("click", showMembers);
byId("leave").addEventListener("click", async () => {
  await fetch("/chat/leave", { method: "POST", redirect: "manual" });
  location.assign("/");
});
addEventListener("hashchange", () => { if (me) go(); });
document.addEventListener("visibilitychange", draw);
isPhone.addEventListener("change", () => { if (me) go(); });
new ResizeObserver(([entry]) => app.style.setProperty("--composer", `${entry.borderBoxSize[0].blockSize}px`)).observe(composer.form);
setInterval(draw, 30_000); // 撤回 runs out, 今天 becomes 昨天
line.connect();
