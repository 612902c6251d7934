import { field, h, iconButton, newId, setText } from "../dom.js";
import { problem } from "../problems.js";
import { t } from "../texts.js";

/**
 * Shows a dialog with a form. It stays open, with the error, as long as what it asks for fails.
 * @param {object} options title, text, fields, submit (its label), isDangerous, and "action", which may throw.
 * @returns {Promise<boolean>} Whether it was done.
 */
export function formDialog({ title, text = null, fields = [], submit, isDangerous = false, action }) {
  const { promise, resolve } = Promise.withResolvers();
  const heading = newId("dialog");
  const alert = h("p", { class: "alert", role: "alert", hidden: true });
  const button = h("button", { type: "submit", class: isDangerous ? "danger" : "primary" }, submit);
  let isDone = false;
  const dialog = h(
    "dialog",
    { "aria-labelledby": heading, onclose: () => (dialog.remove(), resolve(isDone)), onclick: (event) => event.target === dialog && dialog.close() },
    h(
      "form",
      { class: "dialog", novalidate: true, onsubmit: (event) => run(event) },
      h("header", {}, h("h2", { id: heading }, title), iconButton("close", t("close"), () => dialog.close())),
      text ? h("p", {}, text) : null,
      fields.map((one) => one.element ?? one),
      alert,
      h("footer", {}, h("button", { type: "button", onclick: () => dialog.close() }, t("cancel")), button),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  (fields[0]?.input ?? (isDangerous ? dialog.querySelector("footer button") : button)).focus();
  return promise;

  async function run(event) {
    event.preventDefault();
    button.disabled = true;
    try {
      await action();
      isDone = true;
      dialog.close();
    } catch (error) {
      setText(alert, problem(error));
      alert.hidden = alert.textContent === ""; // A field has said it.
    } finally {
      button.disabled = false;
    }
  }
}

/** Asks before something that cannot be taken back. */
export const confirmDialog = (title, text, submit, action) => formDialog({ title, text, submit, isDangerous: true, action });

/** Names, as people write them: with commas or blanks between. */
export const namesIn = (text) => [...new Set(text.split(/[\s,;@]+/).filter(Boolean))];

/** Starts a discussion. @returns {Promise<Room|null>} */
export async function newDiscussionDialog(chat) {
  const people = field(t("with"), h("input", { autocomplete: "off", autocapitalize: "none", spellcheck: "false" }), t("withHint"));
  const title = field(t("titleOptional"), h("input", { autocomplete: "off", maxlength: 200 }));
  let room = null;
  await formDialog({
    title: t("newDiscussion"),
    fields: [people, title],
    submit: t("create"),
    action: async () => {
      const users = namesIn(people.input.value);
      people.setError(users.length === 0 ? t("nobodyNamed") : null);
      if (users.length === 0) {
        people.input.focus();
        throw new Error("");
      }

      room = await chat.create(users, title.input.value.trim());
    },
  });
  return room;
}
