import { beforePaint, h, icon, iconButton, setText } from "../dom.js";
import { ago, names, t } from "../texts.js";
import { composerView } from "./composer.js";
import { detailsView } from "./details.js";
import { messagesView } from "./messages.js";

const WIDE = matchMedia("(min-width: 1100px)");
const canHover = matchMedia("(hover: hover)");

/** One discussion: its head, its messages, where one writes, and its details beside it. */
export function roomView(chat, room, notice, go) {
  const title = h("h1", { dir: "auto", tabindex: -1 });
  const status = h("p", { class: "status" });
  const typing = h("p", { class: "typing", role: "status" });
  const toggle = iconButton("people", t("details"), () => showDetails(details.element.hidden), { "aria-expanded": "false" });
  const messages = messagesView(chat, room, notice);
  const composer = composerView(chat, room, messages.editLast);
  const details = detailsView(chat, room, go, () => showDetails(false));
  const conversation = h(
    "section",
    { class: "conversation", "aria-label": t("discussion") },
    h(
      "header",
      { class: "bar" },
      h("a", { class: "icon-button back", href: "#/", "aria-label": t("back"), title: t("back") }, icon("back")),
      h("div", { class: "title" }, title, status),
      toggle,
    ),
    messages.element,
    typing,
    composer.element,
  );
  const element = h("div", { class: "room" }, conversation, details.element);

  const update = beforePaint(() => {
    setText(title, chat.label(room));
    setText(status, statusLine());
    setText(typing, room.typing.length > 0 ? t("typing", { count: room.typing.length, names: names(room.typing.map((user) => chat.names.within(user))) }) : "");
  });
  const look = () => chat.isBeingRead() && chat.markRead(room);
  const lookUp = () => chat.lookUp(room.users.filter((user) => user !== chat.self)).catch(() => {});
  const minute = setInterval(update, 60_000);
  const ends = [
    chat.on("presence", update),
    chat.on("names", update),
    chat.on("details", (of) => of === room && update()),
    chat.on("typing", (of) => of === room && update()),
    chat.on("messages", (of) => of === room && look()),
  ];
  addEventListener("focus", look);
  document.addEventListener("visibilitychange", look);
  chat.isBeingRead = () => messages.isAtEnd && !document.hidden && document.hasFocus() && conversation.isConnected;
  showDetails(WIDE.matches && !room.isLobby, false);
  update();
  look();
  if (!room.isLobby) {
    lookUp();
  }

  return {
    element,
    focus() {
      // On a phone the keyboard would cover what one came to read.
      if (canHover.matches) {
        composer.focus();
      } else {
        title.focus();
      }
    },
    end() {
      clearInterval(minute);
      removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
      chat.isBeingRead = () => false;
      ends.forEach((one) => one());
      messages.end();
      composer.end();
      details.end();
    },
  };

  function showDetails(isShown, movesFocus = true) {
    details.element.hidden = !isShown;
    element.classList.toggle("has-details", isShown);
    toggle.setAttribute("aria-expanded", String(isShown));
    if (movesFocus) {
      (isShown ? details.heading : toggle).focus();
    }
  }

  function statusLine() {
    const partner = room.partner(chat.self);
    if (partner) {
      const seen = chat.seen.get(partner);
      return chat.online.has(partner) ? t("online") : seen ? t("lastSeen", { when: ago(seen) }) : t("notOnline");
    }

    const here = room.isLobby ? chat.online.size : room.users.filter((user) => chat.online.has(user)).length;
    return room.isLobby ? t("countOnline", { count: here }) : t("members", { count: room.users.length }) + t("dot") + t("countOnline", { count: here });
  }
}
