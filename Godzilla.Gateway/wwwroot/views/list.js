import { avatar, pictured } from "../avatar.js";
import { beforePaint, h, icon, iconButton, newId, setText } from "../dom.js";
import { t, shortTime, names, timeInFull } from "../texts.js";
import { newDiscussionDialog } from "./dialogs.js";

const MOST_SHOWN = 99;

/** The discussions of the user, newest activity first, with what is unread in them. */
export function listView(chat, go) {
  const items = new Map();
  const filter = h("input", { type: "search", "aria-label": t("filter"), placeholder: t("filter"), autocomplete: "off", oninput: () => update() });
  const list = h("ul", { class: "rooms" });
  const nothing = h("p", { class: "nothing", hidden: true }, t("nothingFound"));
  const me = h("span", { class: "me-name" });
  const element = h(
    "nav",
    { class: "sidebar", "aria-label": t("discussions") },
    h(
      "header",
      { class: "bar" },
      h("h1", {}, t("discussions")),
      iconButton("plus", t("newDiscussion"), async () => {
        const room = await newDiscussionDialog(chat);
        if (room) {
          go(`/discussion/${room.id}`);
        }
      }),
    ),
    h("div", { class: "filter" }, icon("search"), filter),
    h("div", { class: "scroll", tabindex: -1 }, list, nothing),
    h(
      "footer",
      { class: "bar me" },
      avatar(chat.self),
      me,
      h("a", { class: "icon-button", href: "#/settings", "aria-label": t("settings"), title: t("settings") }, icon("settings")),
    ),
  );

  const update = beforePaint(() => {
    const wanted = filter.value.trim().toLowerCase();
    const rooms = chat.list().filter((room) => !wanted || [chat.label(room), ...room.users].some((text) => text.toLowerCase().includes(wanted)));
    let at = list.firstElementChild;
    const shown = new Set(rooms.map((room) => room.id));
    for (const room of rooms) {
      const item = items.get(room.id) ?? newItem(room);
      items.set(room.id, item);
      item.update();
      if (item.element === at) {
        at = at.nextElementSibling;
      } else {
        list.insertBefore(item.element, at);
      }
    }

    for (const [id, item] of items) {
      if (!shown.has(id)) {
        item.element.remove();
        items.delete(id);
      }
    }

    nothing.hidden = rooms.length > 0;
    setText(me, chat.me.display_name ?? chat.self);
    document.title = chat.unread > 0 ? t("titleUnread", { count: chat.unread }) : t("title");
  });

  // Up and down go from one discussion to the next.
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const links = [...list.querySelectorAll("a")];
      links[links.indexOf(document.activeElement) + step]?.focus();
      event.preventDefault();
    }
  });

  const ends = [chat.on("list", update), chat.on("presence", update)];
  update();
  return { element, end: () => ends.forEach((end) => end()) };

  function newItem(room) {
    const picture = h("span", { class: "picture" });
    let partner;
    const dot = h("span", { class: "dot", hidden: true });
    const name = h("span", { class: "name" });
    const line = h("span", { class: "line", id: newId("line") });
    const when = h("time", {});
    const badge = h("span", { class: "badge", hidden: true });
    const link = h(
      "a",
      { href: `#/discussion/${room.id}` },
      picture,
      h("span", { class: "what" }, h("span", { class: "top" }, name, when), h("span", { class: "bottom" }, line, badge)),
    );
    const element = h("li", {}, link);
    return {
      element,
      update() {
        const isCurrent = room === chat.current;
        if (partner !== room.partner(chat.self)) {
          partner = room.partner(chat.self);
          picture.replaceChildren(room.isLobby ? pictured("lobby") : partner ? avatar(partner) : pictured("people"), dot);
        }

        setText(name, chat.label(room));
        setText(line, lineOf(room));
        line.classList.toggle("is-typing", room.typing.length > 0);
        const at = room.last ? new Date(room.updatedAt) : null;
        setText(when, at ? shortTime(at) : "");
        if (at) {
          when.dateTime = at.toISOString();
          when.title = timeInFull(at);
        }

        badge.hidden = room.unread === 0;
        setText(badge, room.unread > MOST_SHOWN ? `${MOST_SHOWN}+` : String(room.unread));
        badge.setAttribute("aria-label", t("unread", { count: room.unread }));
        badge.setAttribute("role", "img");
        link.classList.toggle("unread", room.unread > 0);
        dot.hidden = !partner || !chat.online.has(partner);
        if (isCurrent) {
          link.setAttribute("aria-current", "page");
        } else {
          link.removeAttribute("aria-current");
        }
      },
    };
  }

  function lineOf(room) {
    const { last, typing } = room;
    return typing.length > 0 ? t("typing", { count: typing.length, names: names(typing.map(nameOf)) })
      : !last ? t("noMessages")
      : last.deleted ? t("lineDeleted", { name: nameOf(last.user) })
      : t("line", { name: nameOf(last.user), text: last.text });
  }

  function nameOf(user) {
    return user === chat.self ? t("you") : chat.names.within(user);
  }
}
