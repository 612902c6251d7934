import { avatar } from "../avatar.js";
import { h, icon, iconButton, setText } from "../dom.js";
import { textNodes } from "../links.js";
import { problem } from "../problems.js";
import { ASSISTANT } from "../room.js";
import { dayName, dayOf, t, timeInFull, timeOfDay } from "../texts.js";
import { confirmDialog } from "./dialogs.js";

const TOGETHER = 5 * 60_000; // Messages of one sender within this time share a head.
const NEAR_END = 80; // Pixels.
const NEAR_START = 600;

/**
 * The messages of a discussion. It stays at the end while the user is there, and older ones come in above without moving what is read.
 * @param {Function} notice Shows a text.
 */
export function messagesView(chat, room, notice) {
  const elements = new Map(); // By the message's id.
  let isAtEnd = true;
  let isLoadingOlder = false;
  let editing = null;

  const start = h("div", { class: "start" });
  const log = h("div", { class: "log", role: "log", "aria-label": t("messages"), "aria-live": "polite", "aria-relevant": "additions" });
  const pending = h("div", { class: "pending", role: "group", "aria-label": t("notSentYet") });
  const answers = h("div", { class: "answers" });
  const inner = h("div", { class: "inner" }, start, log, answers, pending);
  const scroller = h("div", { class: "messages", tabindex: 0, role: "region", "aria-label": t("history"), onscroll: scrolled, onkeydown: keyPressed }, inner);
  const toEnd = h("button", { type: "button", class: "to-end", hidden: true, onclick: () => scrollToEnd(true) }, icon("down"), h("span", {}, t("toEnd")));
  const element = h("div", { class: "history" }, scroller, toEnd);

  // Whatever grows, the window included: who was at the end stays there.
  const resized = new ResizeObserver(() => isAtEnd && scrollToEnd());
  resized.observe(inner);
  resized.observe(scroller);

  const ends = [
    chat.on("messages", (of, change) => of === room && apply(change)),
    chat.on("pending", (of) => of === room && showPending()),
    chat.on("answers", (of) => of === room && showAnswers()),
    chat.on("names", callOtherwise),
  ];
  reset();
  return {
    element,
    end() {
      resized.disconnect();
      ends.forEach((one) => one());
    },
    get isAtEnd() {
      return isAtEnd;
    },
    scrollToEnd,
    /** Edits the user's newest message. */
    editLast() {
      const last = room.messages.findLast((message) => message.user_id === chat.self && !message.deleted);
      if (last) {
        edit(last);
      }
    },
  };

  function apply({ kind, messages }) {
    if (kind === "reset") {
      reset();
    } else if (kind === "appended") {
      append(messages);
    } else if (kind === "prepended") {
      prepend(messages);
    } else {
      messages.forEach((message) => fill(message));
    }
  }

  function reset() {
    elements.clear();
    log.setAttribute("aria-busy", "true"); // What was said before is not news.
    log.replaceChildren(...room.messages.map((message) => newElement(message)));
    room.messages.forEach((message, index) => fill(message, index));
    log.removeAttribute("aria-busy");
    showStart();
    showPending();
    showAnswers();
    const line = room.newAfter !== null ? log.querySelector(".new-line") : null;
    if (line && room.unread > 0) {
      // What is new begins in sight, and is read when its end is.
      isAtEnd = false;
      requestAnimationFrame(() => {
        line.scrollIntoView({ block: "start" });
        scroller.scrollTop -= scroller.clientHeight / 3;
        scrolled();
      });
    } else {
      scrollToEnd();
    }
  }

  function append(messages) {
    for (const message of messages) {
      log.append(newElement(message));
      fill(message);
    }

    if (messages.length === room.messages.length) {
      showStart(); // It is not empty any more.
    }

    showPending();
    showAnswers();
    if (isAtEnd) {
      scrollToEnd();
    } else {
      toEnd.hidden = false;
    }
  }

  function prepend(messages) {
    if (messages.length === 0) {
      showStart();
      return;
    }

    // What is in sight stays where it is.
    const first = room.messages[messages.length];
    const top = scroller.getBoundingClientRect().top;
    const anchor = [...log.querySelectorAll(".message")].find((element) => element.getBoundingClientRect().bottom > top);
    const before = anchor?.getBoundingClientRect().top;
    log.setAttribute("aria-busy", "true");
    log.prepend(...messages.map((message) => newElement(message)));
    messages.forEach((message, index) => fill(message, index));
    if (first) {
      fill(first, messages.length);
    }

    showStart();
    if (anchor) {
      scroller.scrollTop += anchor.getBoundingClientRect().top - before;
    }

    log.removeAttribute("aria-busy");
  }

  function showStart() {
    start.setAttribute("class", `start${room.isLoading ? " is-loading" : ""}`);
    if (room.error) {
      start.replaceChildren(h("p", { class: "alert" }, problem(new Error(room.error))));
    } else if (!room.isLoaded) {
      start.replaceChildren(h("p", { class: "hint" }, t("loading")));
    } else if (room.older) {
      start.replaceChildren(h("button", { type: "button", class: "small", onclick: loadOlder }, t("older")));
    } else {
      start.replaceChildren(h("p", { class: "hint" }, room.messages.length > 0 ? t("beginning") : room.isLobby ? t("emptyLobby") : t("empty")));
    }
  }

  async function loadOlder() {
    if (isLoadingOlder || !room.older || !room.isLoaded) {
      return;
    }

    isLoadingOlder = true;
    try {
      await chat.loadOlder(room);

      // Whoever went on to the top meanwhile waits for more.
      requestAnimationFrame(scrolled);
    } catch (error) {
      notice(problem(error));
    } finally {
      isLoadingOlder = false;
    }
  }

  function scrolled() {
    isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END;
    if (isAtEnd) {
      toEnd.hidden = true;
      if (chat.isBeingRead()) {
        chat.markRead(room);
      }
    }

    if (scroller.scrollTop < NEAR_START && scroller.scrollHeight > scroller.clientHeight) {
      loadOlder();
    }
  }

  function scrollToEnd(takesFocus = false) {
    isAtEnd = true;
    toEnd.hidden = true;
    scroller.scrollTop = scroller.scrollHeight;
    if (takesFocus) {
      scroller.focus();
    }
  }

  // Up and down go from message to message; what can be done with one is reached with Tab.
  function keyPressed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const isText = event.target.matches("textarea, input");
    if (isText || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }

    const focused = event.target.closest(".message");
    if (step) {
      const all = [...scroller.querySelectorAll(".message")];
      const next = focused ? all[all.indexOf(focused) + step] : step < 0 ? all.at(-1) : null;
      if (next) {
        next.focus({ preventScroll: true });
        next.scrollIntoView({ block: "nearest" });
        event.preventDefault();
      }
    } else if (event.key === "End") {
      scrollToEnd();
      event.preventDefault();
    } else if (event.key === "e" && focused && event.target === focused) {
      const message = room.byId.get(focused.dataset.id);
      if (message && isOwn(message)) {
        edit(message);
        event.preventDefault();
      }
    }
  }

  function isOwn(message) {
    return message.user_id === chat.self && !message.deleted;
  }

  function newElement(message) {
    const element = h("div", { class: "entry" });
    elements.set(message.id, element);
    return element;
  }

  // Everything that an entry shows: the day and the line above it, its head, its text.
  function fill(message, index = room.messages.indexOf(message)) {
    const element = elements.get(message.id);
    if (!element || editing?.message === message) {
      return;
    }

    const before = room.messages[index - 1];
    const at = new Date(message.created_at);
    const beforeAt = before ? new Date(before.created_at) : null;
    const isNewDay = !beforeAt || dayOf(beforeAt) !== dayOf(at);
    const isFirstNew = room.newAfter !== null && message.seq === room.newAfter + 1;
    const isGrouped = !isNewDay && !isFirstNew && before.user_id === message.user_id && at - beforeAt < TOGETHER;
    const hadFocus = element.contains(document.activeElement);
    element.replaceChildren(
      ...[
        isNewDay ? h("h2", { class: "day" }, h("time", { datetime: at.toISOString().slice(0, 10) }, dayName(at))) : null,
        isFirstNew ? h("div", { class: "new-line", role: "separator", "aria-label": t("new") }, h("span", { "aria-hidden": "true" }, t("new"))) : null,
        row(message, at, isGrouped),
      ].filter(Boolean),
    );
    if (hadFocus) {
      element.querySelector(".message").focus();
    }
  }

  function row(message, at, isGrouped) {
    const actions = isOwn(message)
      ? h(
          "span",
          { class: "actions" },
          iconButton("edit", t("edit"), () => edit(message)),
          iconButton("delete", t("delete"), () => remove(message)),
        )
      : null;
    const { user_id: user } = message;
    const time = h("time", { datetime: message.created_at, title: timeInFull(at) }, timeOfDay(at));
    return h(
      "article",
      {
        class: `message${isGrouped ? " is-grouped" : ""}${user === chat.self ? " is-own" : ""}`,
        tabindex: -1,
        "data-id": message.id,
        "data-user": user,
        "aria-label": t("messageOf", { name: chat.names.within(user), time: timeOfDay(at) }),
      },
      isGrouped ? h("span", { class: "gutter" }, time) : avatar(user),
      h(
        "div",
        { class: "body" },
        isGrouped ? null : h("div", { class: "head" }, sender(user), time),
        message.deleted
          ? h("p", { class: "text is-deleted" }, t("deleted"))
          : h("p", { class: "text", dir: "auto" }, textNodes(message.text, chat.self), message.edited_at ? edited(message) : null),
      ),
      actions,
    );
  }

  // What somebody is called, and who that is.
  function sender(user) {
    const name = chat.names.of(user);
    return h("span", { class: "who-wrote" }, h("span", { class: "sender", dir: "auto" }, name), name === user ? null : h("span", { class: "username" }, user));
  }

  function callOtherwise(users) {
    for (const one of log.querySelectorAll(".message")) {
      const { user } = one.dataset;
      if (users.has(user)) {
        one.setAttribute("aria-label", t("messageOf", { name: chat.names.within(user), time: one.querySelector("time").textContent }));
        one.querySelector(".who-wrote")?.replaceWith(sender(user));
      }
    }
  }

  function edited(message) {
    return h("span", { class: "edited", title: timeInFull(new Date(message.edited_at)) }, ` ${t("edited")}`);
  }

  function edit(message) {
    stopEditing();
    const element = elements.get(message.id);
    const body = element.querySelector(".body");
    const area = h("textarea", { "aria-label": t("editMessage"), rows: Math.min(8, message.text.split("\n").length), maxlength: 4000, value: message.text });
    const alert = h("p", { class: "alert", role: "alert", hidden: true });
    const form = h(
      "form",
      {
        class: "edit",
        onsubmit: (event) => (event.preventDefault(), save()),
        onkeydown: (event) => {
          if (event.key === "Escape") {
            stopEditing();
            event.stopPropagation();
          } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
            event.preventDefault();
            save();
          }
        },
      },
      area,
      alert,
      h(
        "div",
        { class: "buttons" },
        h("button", { type: "button", class: "small", onclick: stopEditing }, t("cancel")),
        h("button", { type: "submit", class: "small primary" }, t("save")),
      ),
    );
    editing = { message, form };
    body.replaceChildren(...body.querySelectorAll(".head"), form);
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);

    async function save() {
      const text = area.value.trim();
      if (!text || text === message.text) {
        stopEditing();
        return;
      }

      try {
        await chat.edit(room, message, text);
        stopEditing();
      } catch (error) {
        alert.hidden = false;
        setText(alert, problem(error));
      }
    }
  }

  function stopEditing() {
    if (editing) {
      const { message } = editing;
      editing = null;
      fill(message);
      elements.get(message.id)?.querySelector(".message").focus({ preventScroll: true });
    }
  }

  async function remove(message) {
    await confirmDialog(t("deleteMessage"), t("deleteMessageText"), t("delete"), () => chat.remove(room, message));
  }

  // What is not acknowledged.
  function showPending() {
    const acknowledged = [...(room.acknowledged?.entries() ?? [])].filter(([id]) => !room.byId.has(id)).map(([, message]) => message);
    const waiting = [...acknowledged, ...chat.outbox.of(room.id).filter((message) => !room.byId.has(message.shownAs))];
    pending.hidden = waiting.length === 0;
    pending.replaceChildren(...waiting.map((message) => pendingRow(message)));
    if (isAtEnd) {
      scrollToEnd();
    }
  }

  function pendingRow(message) {
    return h(
      "article",
      { class: `message is-own is-pending${message.refusal ? " is-refused" : ""}`, tabindex: -1, "aria-label": t(message.refusal ? "refused" : "sending") },
      avatar(chat.self),
      h(
        "div",
        { class: "body" },
        h("div", { class: "head" }, sender(chat.self), icon(message.refusal ? "warning" : "clock")),
        h("p", { class: "text", dir: "auto" }, textNodes(message.text, chat.self)),
        message.refusal
          ? h(
              "p",
              { class: "refusal", role: "alert" },
              h("span", {}, message.refusal),
              h("button", { type: "button", class: "small", onclick: () => chat.outbox.retry(message) }, t("sendAgain")),
              h("button", { type: "button", class: "small", onclick: () => chat.outbox.remove(message) }, t("discard")),
            )
          : null,
      ),
    );
  }

  // The assistant's answers as they grow. Only their text is touched, which comes often.
  function showAnswers() {
    for (const child of [...answers.children]) {
      if (!room.answers.has(child.dataset.id)) {
        child.remove();
      }
    }

    for (const answer of room.answers.values()) {
      const row = [...answers.children].find((child) => child.dataset.id === answer.id) ?? answers.appendChild(answerRow(answer));
      setText(row.querySelector(".text"), answer.state === "failed" ? t("answerFailed", { why: answer.text }) : answer.text || t("thinking"));
      row.classList.toggle("is-waiting", answer.state === "started");
      row.classList.toggle("is-refused", answer.state === "failed");
      row.querySelector(".stop")?.toggleAttribute("hidden", answer.state !== "started");
      row.querySelector(".dismiss").toggleAttribute("hidden", answer.state !== "failed");
    }

    if (isAtEnd) {
      scrollToEnd();
    }
  }

  function answerRow(answer) {
    return h(
      "article",
      { class: "message is-answer", "data-id": answer.id, tabindex: -1, "aria-label": t("answering") },
      avatar(ASSISTANT),
      h(
        "div",
        { class: "body" },
        h("div", { class: "head" }, h("span", { class: "sender" }, ASSISTANT)),
        h("p", { class: "text", dir: "auto" }),
        h(
          "div",
          { class: "buttons" },
          answer.askedBy === chat.self
            ? h("button", { type: "button", class: "small stop", onclick: () => chat.stopAnswer(room, answer.id).catch((error) => notice(problem(error))) }, icon("stop"), t("stop"))
            : null,
          h("button", { type: "button", class: "small dismiss", onclick: () => chat.dismissAnswer(room, answer.id) }, t("dismiss")),
        ),
      ),
    );
  }
}
