import { h, iconButton, newId, setText } from "../dom.js";
import { keep, kept } from "../storage.js";
import { t } from "../texts.js";

const MOST = 4000;
const NEAR_MOST = 200;
const TYPING_EVERY = 500;
const TYPING_ENDS = 2000;
const GROWS = CSS.supports("field-sizing", "content"); // By itself.

// Text may hold no control characters but newline and tab. What somebody pastes is shown, as the pictures that Unicode has for them.
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
const pictureOf = (control) => (control < " " ? String.fromCharCode(0x2400 + control.charCodeAt(0)) : control === "\u007f" ? "\u2421" : "\ufffd");
const pictured = (text) => text.replace(/\r\n?/g, "\n").toWellFormed().replace(CONTROLS, pictureOf);

/**
 * Where messages are written. What is not sent is kept for each discussion.
 * @param {Function} editLast Called for "up" in an empty line.
 */
export function composerView(chat, room, editLast) {
  const key = `draft:${chat.self}:${room.id}`;
  const counter = h("span", { class: "counter", id: newId("counter"), "aria-live": "polite" });
  const area = h("textarea", {
    rows: 1,
    "aria-describedby": counter.id,
    value: kept(key) ?? "",
    oninput: changed,
    onkeydown: keyPressed,
    onblur: stopTyping,
  });
  const button = iconButton("send", t("send"), null, { type: "submit", class: "icon-button send" });
  const element = h("form", { class: "composer", onsubmit: (event) => (event.preventDefault(), send()) }, area, counter, button);
  let told = 0;
  let silence = null;
  const ends = [chat.on("details", (of) => of === room && address()), chat.on("names", address)];
  address();
  grow();
  return {
    element,
    focus: () => area.focus(),
    end() {
      stopTyping();
      ends.forEach((one) => one());
    },
  };

  function address() {
    area.placeholder = t("writeTo", { name: chat.label(room) });
    area.setAttribute("aria-label", area.placeholder);
  }

  function changed() {
    keep(key, area.value.trim() ? area.value : null);
    grow();
    if (!area.value.trim()) {
      stopTyping();
      return;
    }

    if (performance.now() - told >= TYPING_EVERY || silence === null) {
      told = performance.now();
      chat.setTyping(room, true);
    }

    clearTimeout(silence);
    silence = setTimeout(stopTyping, TYPING_ENDS);
  }

  function stopTyping() {
    if (silence !== null) {
      clearTimeout(silence);
      silence = null;
      chat.setTyping(room, false);
    }
  }

  function grow() {
    if (!GROWS && area.isConnected) {
      area.style.height = "auto";
      area.style.height = `${area.scrollHeight}px`;
    }

    const left = MOST - area.value.length;
    setText(counter, left < NEAR_MOST ? t("charactersLeft", { count: left }) : "");
    counter.classList.toggle("is-over", left < 0);
    button.disabled = !area.value.trim() || left < 0;
  }

  function keyPressed(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && area.value === "") {
      event.preventDefault();
      editLast();
    }
  }

  function send() {
    const text = pictured(area.value).trim();
    if (!text || text.length > MOST) {
      return;
    }

    area.value = "";
    keep(key, null);
    stopTyping();
    grow();
    chat.send(room, text);
    area.focus();
  }
}
