import { avatar } from "../avatar.js";
import { beforePaint, field, h, icon, iconButton, newId, setText } from "../dom.js";
import { problem } from "../problems.js";
import { ago, t } from "../texts.js";
import { confirmDialog, formDialog, namesIn } from "./dialogs.js";

/** Who is in a discussion, and what one can do with it. */
export function detailsView(chat, room, go, close) {
  const headingId = newId("details");
  const heading = h("h1", { id: headingId, tabindex: -1 }, t(room.isLobby ? "whoIsHere" : "details"));
  const people = h("ul", { class: "people" });
  const assistant = h("input", { type: "checkbox", role: "switch", id: newId("assistant"), onchange: setAssistant });
  const alert = h("p", { class: "alert", role: "alert", hidden: true });
  const invite = h("button", { type: "button", onclick: askForGuests }, icon("plus"), t("invite"));
  const rename = h("button", { type: "button", onclick: askForTitle }, icon("edit"), t("rename"));
  const leave = h("button", { type: "button", onclick: askToLeave }, icon("leave"), t("leave"));
  const erase = h("button", { type: "button", class: "danger-text", onclick: askToDelete }, icon("delete"), t("deleteDiscussion"));
  const assistantRow = h("div", { class: "check" }, assistant, h("label", { for: assistant.id }, t("assistantAnswers")));
  const element = h(
    "section",
    {
      class: "details",
      "aria-labelledby": headingId,
      hidden: true,
      onkeydown: (event) => event.key === "Escape" && close(),
    },
    h("header", { class: "bar" }, heading, iconButton("close", t("closeDetails"), close)),
    h(
      "div",
      { class: "scroll" },
      people,
      room.isLobby ? null : h("div", { class: "menu" }, invite, rename, assistantRow, leave, erase),
      alert,
    ),
  );

  const update = beforePaint(() => {
    const isOwner = room.users[0] === chat.self;
    rename.hidden = assistantRow.hidden = erase.hidden = !isOwner;
    assistant.checked = room.assistant;
    const users = room.isLobby ? [...chat.online].sort() : room.users;
    people.replaceChildren(...users.map((user) => person(user, isOwner)));
  });
  const ends = [chat.on("presence", update), chat.on("names", update), chat.on("details", (of) => of === room && update())];
  update();
  return { element, heading, end: () => ends.forEach((one) => one()) };

  function person(user, isOwner) {
    const isOnline = chat.online.has(user);
    const seen = chat.seen.get(user);
    const name = chat.names.of(user);
    const state = isOnline ? t("online") : seen ? t("lastSeen", { when: ago(seen) }) : t("notOnline");
    return h(
      "li",
      {},
      h("span", { class: "picture" }, avatar(user), isOnline ? h("span", { class: "dot" }) : null),
      h(
        "span",
        { class: "who" },
        h("span", { class: "name", dir: "auto" }, user === chat.self ? t("nameAndYou", { name: chat.names.within(user) }) : name),
        h("span", { class: "line" }, (name === user ? "" : user + t("dot")) + (user === room.users[0] ? t("ownerAnd", { state }) : state)),
      ),
      isOwner && user !== chat.self && !room.isLobby ? iconButton("close", t("removeUser", { name: user }), () => askToRemove(user)) : null,
    );
  }

  function showError(error) {
    alert.hidden = !error;
    setText(alert, error ? problem(error) : "");
  }

  async function setAssistant() {
    try {
      await chat.change(room, { assistant: assistant.checked });
      showError(null);
    } catch (error) {
      assistant.checked = room.assistant;
      showError(error);
    }
  }

  function askForGuests() {
    const guests = field(t("with"), h("input", { autocomplete: "off", autocapitalize: "none", spellcheck: "false" }), t("withHint"));
    return formDialog({
      title: t("inviteTitle"),
      text: t("inviteText"),
      fields: [guests],
      submit: t("invite"),
      action: () => chat.invite(room, namesIn(guests.input.value)),
    });
  }

  function askForTitle() {
    const title = field(t("titleField"), h("input", { autocomplete: "off", maxlength: 200, value: room.title ?? "" }), t("titleHint"));
    return formDialog({ title: t("renameTitle"), fields: [title], submit: t("save"), action: () => chat.change(room, { title: title.input.value.trim() }) });
  }

  async function askToLeave() {
    if (await confirmDialog(t("leaveTitle", { name: chat.label(room) }), t("leaveText"), t("leave"), () => chat.leave(room))) {
      go("/");
    }
  }

  async function askToDelete() {
    if (await confirmDialog(t("deleteTitle", { name: chat.label(room) }), t("deleteText"), t("deleteDiscussion"), () => chat.delete(room))) {
      go("/");
    }
  }

  function askToRemove(user) {
    return confirmDialog(t("removeTitle", { name: user }), t("removeText"), t("remove"), () => chat.removeMember(room, user));
  }
}
