import { LOBBY } from "./room.js";
import { keep, kept } from "./storage.js";
import { mentions } from "./links.js";
import { t } from "./texts.js";

const LONGEST = 160;

export const canNotify = "Notification" in globalThis;

/** Whether the user wants them, and the browser lets us. */
export const notifies = () => canNotify && Notification.permission === "granted" && kept("notify") === true;

/** Switches them on or off. @returns {Promise<boolean>} Whether it could be done. */
export async function setNotifies(isOn) {
  const isAllowed = !isOn || (canNotify && (await Notification.requestPermission()) === "granted");
  keep("notify", isOn && isAllowed);
  return isAllowed;
}

/** Shows a message to a user who looks elsewhere. In the lobby only what names them. */
export function notify(chat, room, message, go) {
  if (!notifies() || (!document.hidden && document.hasFocus()) || (room.id === LOBBY && !mentions(message.text, chat.self))) {
    return;
  }

  // Several tabs say the same: the tag makes it one.
  const shown = new Notification(t("notification", { name: chat.names.within(message.user_id), where: chat.label(room) }), {
    body: message.text.slice(0, LONGEST),
    tag: message.id,
    icon: "/favicon.svg",
  });
  shown.onclick = () => {
    window.focus();
    go(`/discussion/${room.id}`);
    shown.close();
  };
}
