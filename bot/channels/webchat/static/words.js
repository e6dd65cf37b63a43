// How the page says times, sizes and names. China's time, whatever the device is set to.

const ZONE = "Asia/Shanghai";
const clockFormat = new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayFormat = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit" });
const weekdayFormat = new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, weekday: "long" });
const DAY = 24 * 3600 * 1000;

/** 08:12 */
export const clock = (at) => clockFormat.format(at);

/** 2020-02-10: for comparing days. */
export const day = (at) => dayFormat.format(at);

/** 今天, 昨天, 2月10日 星期一, 2019年12月31日 */
export function dayName(at, now) {
  const that = day(at);
  if (that === day(now)) return "今天";
  if (that === day(new Date(now.getTime() - DAY))) return "昨天";
  const [year, month, date] = that.split("-").map(Number);
  const short = `${month}月${date}日`;
  return year === Number(day(now).slice(0, 4)) ? `${short} ${weekdayFormat.format(at)}` : `${year}年${short}`;
}

/** For the list of talks: the time today, else the day. */
export function when(at, now) {
  if (day(at) === day(now)) return clock(at);
  return dayName(at, now).split(" ")[0];
}

/** 1.5 MB */
export function fileSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KB", "MB", "GB"];
  let size = bytes / 1024;
  while (size >= 1024 && units.length > 1) { size /= 1024; units.shift(); }
  return `${size >= 10 ? Math.round(size) : size.toFixed(1)} ${units[0]}`;
}

/** docx, at most four letters; 文件 where the name has no ending. */
export function ending(name) {
  const found = /\.([0-9a-z]{1,4})$/i.exec(name);
  return found ? found[1] : "文件";
}

/** A picture of a person: the first character on a colour that stays theirs. */
export function avatar(name, tone = "") {
  const mark = document.createElement("span");
  mark.className = `avatar ${tone || `tone-${sum(name) % 8}`}`;
  mark.setAttribute("aria-hidden", "true");
  mark.textContent = [...name.trim()][0] ?? "？";
  return mark;
}

/** The bot's own mark. */
export function botMark() {
  const mark = document.createElement("span");
  mark.className = "avatar tone-bot";
  mark.setAttribute("aria-hidden", "true");
  const picture = document.createElement("img");
  picture.src = "/webchat/icon.svg";
  picture.alt = "";
  mark.append(picture);
  return mark;
}

/** An element with a class and what is in it; text goes in as text, never as HTML. */
export function element(name, className = "", ...content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

function sum(name) {
  let total = 0;
  for (const character of name) total = (total * 31 + character.codePointAt(0)) % 9973;
  return total;
}
