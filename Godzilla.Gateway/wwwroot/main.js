import { api, session } from "./api.js";
import { Chat } from "./chat.js";
import { h } from "./dom.js";
import { notify } from "./notifications.js";
import { forgetDrafts } from "./storage.js";
import { t } from "./texts.js";
import { roomView } from "./views/room.js";
import { shellView } from "./views/shell.js";
import { signInView } from "./views/signin.js";

const app = document.querySelector("#app");
const RETRY = 2000;

let chat = null;
let shell = null;
let view = null;

session.onended = () => ended(chat);
addEventListener("hashchange", route);
start(null);

const go = (path) => {
  location.hash = path;
};

/** Shows what the user may see: their discussions, or the page to sign in. */
async function start(reason) {
  let me;
  try {
    me = await api.me();
  } catch (error) {
    if (error.status === 401) {
      show(signInView(() => start(null), reason));
    } else {
      show(h("main", { class: "center" }, h("p", { class: "card note", role: "status" }, t(error.status === 0 ? "noAnswer" : "troubleNow"))));
      setTimeout(() => start(reason), RETRY);
    }

    return;
  }

  const of = (chat = new Chat(me));
  shell = shellView(chat, go);
  chat.on("ended", () => ended(of));
  chat.on("gone", () => go("/"));
  chat.on("arrived", (room, message) => notify(chat, room, message, go));
  show(shell.element);
  await route();
}

function show(element) {
  app.replaceChildren(element);
}

// Which view the address names. Each begins anew: what lasts is in the chat.
async function route() {
  if (!chat) {
    return;
  }

  const of = chat;
  const [, kind, id] = location.hash.slice(1).split("/");
  view?.end();
  view = null;
  if (kind === "settings") {
    chat.close();
    const { settingsView } = await import("./views/settings.js");
    if (of === chat) {
      view = settingsView(chat, { signOut, notice: shell.notice });
      shell.show(view.element, "main");
      view.focus();
    }
  } else if (kind === "discussion" && id) {
    const path = location.hash;
    if (chat.current?.id !== id) {
      chat.close();
    }

    const room = await chat.open(decodeURIComponent(id));
    if (of !== chat || path !== location.hash) {
      return;
    }

    if (!room) {
      shell.show(empty("notFound"), "main");
      return;
    }

    view = roomView(chat, room, shell.notice, go);
    shell.show(view.element, "main");
    view.focus();
  } else {
    chat.close();
    shell.show(empty("chooseOne"), "list");
  }
}

const empty = (text) => h("div", { class: "empty" }, h("img", { src: "/favicon.svg", alt: "", width: 64, height: 64 }), h("p", {}, t(text)), h("a", { class: "button back", href: "#/" }, t("back")));

async function signOut() {
  const left = chat;
  if (!left) {
    return;
  }

  stop();
  forgetDrafts(left.self);
  try {
    await api.signOut();
  } catch {
    // The session is over, or nobody answers: then the page to sign in says so.
  }

  left.signedOut();
  left.stop();
  history.replaceState(null, "", "/");
  start(t("signedOut"));
}

function ended(of) {
  // Several notice it: the connection, a request, another tab.
  if (of && of === chat) {
    of.stop();
    stop();
    start(t("sessionEnded"));
  }
}

function stop() {
  view?.end();
  shell?.end();
  document.querySelectorAll("dialog").forEach((dialog) => dialog.close());
  [chat, shell, view] = [null, null, null];
  document.title = t("title");
}
