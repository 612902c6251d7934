import { api } from "../api.js";
import { field, h, newId, setText } from "../dom.js";
import { countdown, t } from "../texts.js";

const NAME = /^[A-Za-z0-9_.-]{1,32}$/;
const SHORTEST_PASSWORD = 8;

/**
 * The page of those who are not signed in.
 * @param {Function} done Called when there is a session.
 * @param {string|null} reason Why they are here, if not for the first time.
 */
export function signInView(done, reason) {
  let isNew = false;
  let waiting = null;

  const name = field(t("username"), h("input", { name: "username", autocomplete: "username", autocapitalize: "none", spellcheck: "false", maxlength: 254, required: true }));
  const password = field(t("password"), h("input", { name: "password", type: "password", autocomplete: "current-password", maxlength: 256, required: true }));
  const newPassword = field(t("newPassword"), h("input", { name: "new-password", type: "password", autocomplete: "new-password", maxlength: 256 }), t("passwordRule"));
  const invitation = field(t("invitation"), h("input", { name: "invitation", autocomplete: "off", spellcheck: "false" }), t("invitationHint"));
  const rule = h("p", { class: "hint", id: newId("hint") });
  const remember = h("input", { type: "checkbox", id: newId("remember") });
  const rememberRow = h("div", { class: "check" }, remember, h("label", { for: remember.id }, t("remember")));
  const alert = h("p", { class: "alert", role: "alert", hidden: true });
  const submit = h("button", { type: "submit", class: "primary wide" });
  const title = h("h1", {});
  const question = h("span", {});
  const other = h("button", { type: "button", class: "link-button", onclick: () => switchTo(!isNew) });
  newPassword.element.hidden = true;
  invitation.element.hidden = true;
  password.element.append(rule);

  const form = h(
    "form",
    { class: "card signin", novalidate: true, onsubmit: (event) => submitForm(event) },
    h("img", { src: "/favicon.svg", alt: "", width: 48, height: 48 }),
    title,
    reason ? h("p", { class: "note", role: "status" }, reason) : null,
    name.element,
    password.element,
    newPassword.element,
    invitation.element,
    rememberRow,
    alert,
    submit,
    h("p", { class: "switch" }, question, " ", other),
  );
  name.input.addEventListener("input", () => waiting !== null && stopWaiting());
  switchTo(false);
  queueMicrotask(() => name.input.focus());
  return h("main", { class: "center" }, form);

  function switchTo(toNew) {
    isNew = toNew;
    setText(title, t(isNew ? "createAccount" : "welcome"));
    setText(submit, t(isNew ? "createAccount" : "signIn"));
    setText(question, t(isNew ? "haveAccount" : "noAccount"));
    setText(other, t(isNew ? "signIn" : "createAccount"));
    setText(rule, isNew ? t("passwordRule") : "");
    rule.hidden = !isNew;
    password.input.autocomplete = isNew ? "new-password" : "current-password";
    newPassword.element.hidden = true;
    invitation.element.hidden = true;
    stopWaiting();
  }

  // Another name, or another question, has not been refused.
  function stopWaiting() {
    clearInterval(waiting);
    waiting = null;
    submit.disabled = false;
    showErrors({});
  }

  function showErrors({ username, secret, fresh, all }) {
    name.setError(username);
    password.setError(secret);
    newPassword.setError(fresh);
    alert.hidden = !all;
    setText(alert, all ?? "");
  }

  function check() {
    const errors = {};
    if (!name.input.value) {
      errors.username = t("nameMissing");
    } else if (isNew && !NAME.test(name.input.value)) {
      errors.username = t("nameRule");
    }

    if (!password.input.value) {
      errors.secret = t("passwordMissing");
    } else if (isNew && [...password.input.value].length < SHORTEST_PASSWORD) {
      errors.secret = t("passwordTooShort", { count: SHORTEST_PASSWORD });
    }

    return errors;
  }

  async function submitForm(event) {
    event.preventDefault();
    if (submit.disabled) {
      return;
    }

    const errors = check();
    showErrors(errors);
    if (errors.username || errors.secret) {
      (errors.username ? name : password).input.focus();
      return;
    }

    submit.disabled = true;
    form.setAttribute("aria-busy", "true");
    try {
      const [user, secret] = [name.input.value, password.input.value];
      if (isNew) {
        await api.register(user, secret, invitation.input.value.trim());
      }

      await api.signIn(user, secret, remember.checked, newPassword.input.value);
      done();
    } catch (error) {
      showRefusal(error);
    } finally {
      submit.disabled = waiting !== null;
      form.removeAttribute("aria-busy");
    }
  }

  function showRefusal(error) {
    const { status, message } = error;
    if (status === 429 && error.retryAfter) {
      waitFor(error.retryAfter);
    } else if (status === 401) {
      showErrors({ all: t("wrongPassword") });
      password.input.select();
      password.input.focus();
    } else if (status === 409) {
      showErrors({ username: t("nameTaken") });
      name.input.focus();
    } else if (status === 400 && /^Username is reserved/.test(message)) {
      showErrors({ username: t("nameReserved") });
      name.input.focus();
    } else if (status === 400 && message.startsWith("new_password")) {
      showErrors({ fresh: t("newPasswordRule") });
      newPassword.input.focus();
    } else if (status === 403 && message.startsWith("Password change required")) {
      newPassword.element.hidden = false;
      showErrors({ all: t("passwordChangeRequired") });
      newPassword.input.focus();
    } else if (status === 403 && message.startsWith("An invitation")) {
      invitation.element.hidden = false;
      showErrors({ all: t("invitationRequired") });
      invitation.input.focus();
    } else if (status === 403 && message === "Account disabled") {
      showErrors({ all: t("accountDisabled") });
    } else if (status === 403 && message === "Registration is closed") {
      showErrors({ all: t("registrationClosed") });
    } else if (status === 400) {
      showErrors({ all: message });
    } else {
      showErrors({ all: t(status === 0 ? "noAnswer" : "troubleNow") });
    }
  }

  // Guesses are limited: the server says for how long, and means it.
  function waitFor(seconds) {
    const end = Date.now() + seconds * 1000;
    clearInterval(waiting);
    const show = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      if (left > 0 && form.isConnected) {
        // Read out once, not each second.
        alert.setAttribute("aria-live", alert.hidden ? "assertive" : "off");
        showErrors({ all: t("locked", { time: countdown(left) }) });
        return;
      }

      stopWaiting();
    };
    waiting = setInterval(show, 250);
    show();
  }
}
