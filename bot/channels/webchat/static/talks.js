// The list of talks: the private one on top, then the groups; the last word of each, and how much is unread.

import { avatar, botMark, element, when } from "/webchat/words.js";

/** Draws the list anew; returns how much is unread in all. */
export function showTalks(list, conversations, { current, me, bot, now }) {
  const all = [...conversations].sort((one, other) => Number(other.isBot) - Number(one.isBot));
  const focused = list.contains(document.activeElement) ? document.activeElement.hash : null;
  list.replaceChildren(...all.map((conversation) => {
    const link = talkLink(conversation, me, bot, now);
    if (conversation === current) link.setAttribute("aria-current", "page");
    return element("li", "", link);
  }));
  if (focused !== null) [...list.querySelectorAll("a")].find((link) => link.hash === focused)?.focus();
  return all.reduce((sum, conversation) => sum + conversation.unread, 0);
}

function talkLink(conversation, me, bot, now) {
  const name = conversation.isBot ? `${bot}（私聊）` : conversation.name;
  const top = element("span", "row", element("bdi", "", name));
  if (conversation.last) top.append(element("time", "", when(new Date(conversation.last.at), now)));
  const bottom = element("span", "row last", lastWords(conversation, me));
  if (conversation.unread) {
    const badge = element("span", "unread", conversation.unread > 99 ? "99+" : String(conversation.unread));
    badge.append(element("span", "out-of-sight", "条未读"));
    bottom.append(badge);
  }
  const picture = conversation.isBot ? botMark() : avatar(name, "tone-room");
  const link = element("a", "", picture, element("span", "text", top, bottom));
  link.href = `#${conversation.id}`;
  return link;
}

function lastWords({ last, called, isBot }, me) {
  const words = element("span");
  if (called) words.append(element("span", "called", "[有人@我] "));
  if (!last) return words;
  const own = last.person === me.id;
  if (!isBot && !own) words.append(element("bdi", "", last.name), last.recalled ? " " : "：");
  if (last.recalled) words.append(own ? "你撤回了一条消息" : "撤回了一条消息");
  else words.append(element("bdi", "", last.file ? fileWords(last.file) : last.text.slice(0, 60).replace(/\s+/g, " ")));
  return words;
}

function fileWords(file) {
  return `[${file.picture ? "图片" : "文件"}] ${file.name}`;
}
