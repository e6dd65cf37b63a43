// Writing: the box that grows, its draft, Enter to send, @ to call somebody, files.

import { avatar, botMark, element } from "/webchat/words.js";

const MOST_PICKED = 50;

export class Composer {
  /**
   * @param {Record<string, HTMLElement>} parts form, say, send, picker, attach, file, hints
   * @param {{ say(text: string): boolean, files(files: File[]): void, draft(text: string): void }} wanted
   */
  constructor(parts, wanted) {
    Object.assign(this, parts);
    this.wanted = wanted;
    this.people = [];
    this.picked = -1;
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.say.addEventListener("input", () => this.typed());
    this.say.addEventListener("keydown", (event) => this.pressed(event));
    this.say.addEventListener("blur", () => setTimeout(() => this.closePicker(), 150));
    this.attach.addEventListener("click", () => this.file.click());
    this.file.addEventListener("change", () => {
      this.wanted.files([...this.file.files]);
      this.file.value = "";
    });
  }

  /** Another conversation: who can be called, what was being written, what to try. */
  open(people, placeholder, draft, hints) {
    this.people = people;
    this.say.placeholder = placeholder;
    this.write(draft, false);
    this.hints.replaceChildren("试试：", ...hints.map((hint) => {
      const chip = element("button", "", hint);
      chip.type = "button";
      chip.addEventListener("click", () => this.write(hint));
      return chip;
    }));
    this.hints.hidden = hints.length === 0;
  }

  write(text, focus = true) {
    this.say.value = text;
    this.fit();
    this.wanted.draft(text);
    if (focus) this.say.focus();
  }

  /** Adds @somebody where one is writing. */
  call(name) {
    const { selectionStart, value } = this.say;
    const before = value.slice(0, selectionStart).replace(/[@＠][^\s@＠]*$/u, "");
    const called = `${before}@${name} `;
    this.write(called + value.slice(selectionStart));
    this.say.setSelectionRange(called.length, called.length);
    this.closePicker();
  }

  submit() {
    const text = this.say.value;
    if (!text.trim()) return;
    this.closePicker();
    if (this.wanted.say(text)) this.write("");
  }

  typed() {
    this.fit();
    this.wanted.draft(this.say.value);
    const found = /[@＠]([^\s@＠]{0,20})$/u.exec(this.say.value.slice(0, this.say.selectionStart));
    if (found) this.openPicker(found[1]);
    else this.closePicker();
  }

  fit() {
    this.send.disabled = !this.say.value.trim();
    this.say.style.height = "auto";
    this.say.style.height = `${this.say.scrollHeight + 2}px`;
  }

  pressed(event) {
    if (event.isComposing || event.keyCode === 229) return; // an input method is choosing characters
    if (!this.picker.hidden && this.pressedInPicker(event.key)) {
      event.preventDefault();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    }
  }

  pressedInPicker(key) {
    const last = this.picker.children.length - 1;
    if (key === "ArrowDown") this.pick(this.picked >= last ? 0 : this.picked + 1);
    else if (key === "ArrowUp") this.pick(this.picked <= 0 ? last : this.picked - 1);
    else if (key === "Enter" || key === "Tab") this.call(this.picker.children[this.picked].dataset.name);
    else if (key === "Escape") this.closePicker();
    else return false;
    return true;
  }

  openPicker(start) {
    const found = this.people.filter((person) => person.name.includes(start)).slice(0, MOST_PICKED);
    this.picker.replaceChildren(...found.map((person, index) => this.choice(person, index)));
    this.picker.hidden = found.length === 0;
    if (found.length) this.pick(0);
    else this.say.removeAttribute("aria-activedescendant");
  }

  choice(person, index) {
    const item = element("li", "", person.bot ? botMark() : avatar(person.name), element("bdi", "name", person.name));
    item.id = `choice-${index}`;
    item.setAttribute("role", "option");
    item.dataset.name = person.name;
    item.addEventListener("pointerdown", (event) => { event.preventDefault(); this.call(person.name); });
    return item;
  }

  pick(index) {
    this.picked = index;
    [...this.picker.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === index)));
    this.picker.children[index].scrollIntoView({ block: "nearest" });
    this.say.setAttribute("aria-activedescendant", `choice-${index}`);
  }

  closePicker() {
    this.picker.hidden = true;
    this.say.removeAttribute("aria-activedescendant");
  }
}
