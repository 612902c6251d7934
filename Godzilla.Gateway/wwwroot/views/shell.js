import { h, icon, iconButton, setText } from "../dom.js";
import { t } from "../texts.js";
import { listView } from "./list.js";

const NOTICE_TIME = 6000;
const UNNOTICED = 700; // A break that is shorter does not flicker.

/** The frame around everything that those see who are signed in. */
export function shellView(chat, go) {
  const list = listView(chat, go);
  const text = h("span", {});
  const count = h("span", { "aria-hidden": "true" }); // Nobody wants to hear it each second.
  const banner = h(
    "div",
    { class: "banner", role: "status", hidden: true },
    icon("warning"),
    text,
    count,
    h("button", { type: "button", class: "small", onclick: chat.hub.tryNow }, t("tryNow")),
  );
  const main = h("div", { class: "main" });
  const notices = h("div", { class: "notices", role: "status", "aria-live": "polite" });
  const element = h("main", { class: "panes" }, list.element, main);
  const frame = h("div", { class: "frame" }, banner, element, notices);

  let since = performance.now();
  const timer = setInterval(showState, 500);
  const ends = [chat.on("state", showState), chat.on("notice", notice)];
  return { element: frame, show, notice, end };

  /** Puts a view into the main pane. Narrow windows show either that or the list. */
  function show(view, pane) {
    main.replaceChildren(...(view ? [view] : []));
    element.dataset.pane = pane;
  }

  function notice(message) {
    const one = h("div", { class: "notice" }, h("p", {}, message), iconButton("close", t("dismiss"), () => one.remove()));
    notices.append(one);
    setTimeout(() => one.remove(), NOTICE_TIME);
  }

  function showState() {
    if (chat.state === "connected") {
      since = null;
      banner.hidden = true;
      frame.classList.remove("is-away");
      return;
    }

    since ??= performance.now();
    if (performance.now() - since < UNNOTICED) {
      return;
    }

    const wait = chat.hub.nextAttempt ? Math.ceil((chat.hub.nextAttempt - Date.now()) / 1000) : 0;
    setText(text, t(navigator.onLine ? "reconnecting" : "offline"));
    setText(count, wait > 1 ? t("inSeconds", { count: wait }) : "");
    banner.hidden = false;
    frame.classList.add("is-away");
  }

  function end() {
    clearInterval(timer);
    ends.forEach((one) => one());
    list.end();
  }
}
