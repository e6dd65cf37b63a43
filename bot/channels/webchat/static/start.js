// The first page while seats are open: every room with its members; whoever is chosen, one sits in their place.

import { avatar, element } from "/webchat/words.js";

const rooms = document.getElementById("rooms");
const find = document.getElementById("find");

function seat(room, member) {
  const note = member.staff ? element("span", "badge", "工作人员") : element("small", "", member.unit || "代表");
  const link = element("a", "seat", avatar(member.name), element("span", "text", element("bdi", "name", member.name), note));
  link.href = `/seat/${member.id}/#${room.id}`;
  link.dataset.words = `${member.name} ${member.unit}`.toLowerCase();
  return element("li", "", link);
}

function section(room) {
  const staff = room.members.filter((member) => member.staff);
  const others = room.members.filter((member) => !member.staff);
  const count = staff.length ? `代表 ${others.length} 人，工作人员 ${staff.length} 人` : `${others.length} 人`;
  const heading = element("h2", "", element("bdi", "", room.name), element("small", "", count));
  const seats = element("ul", "seats", ...[...staff, ...others].map((member) => seat(room, member)));
  return element("section", "room", heading, seats);
}

function sift() {
  const wanted = find.value.trim().toLowerCase();
  for (const part of rooms.querySelectorAll(".room")) {
    let shown = 0;
    for (const item of part.querySelectorAll("li")) {
      item.hidden = !item.firstChild.dataset.words.includes(wanted);
      if (!item.hidden) shown += 1;
    }
    part.hidden = shown === 0;
  }
}

async function show() {
  try {
    const answer = await fetch("/seats");
    const found = (await answer.json()).rooms.filter((room) => room.members.length > 0);
    rooms.replaceChildren(...found.map(section));
    if (!found.length) rooms.replaceChildren(element("p", "nothing", "还没有群。请在 bot.toml 里写上一个群和它的名单。"));
    sift();
  } catch {
    rooms.replaceChildren(element("p", "nothing", "名单读不出来，正在重试…"));
    setTimeout(show, 2000);
  }
}

find.addEventListener("input", sift);
show();
