import { api } from "../api.js";
import { field, h, icon, newId, setText } from "../dom.js";
import { canNotify, notifies, setNotifies } from "../notifications.js";
import { problem } from "../problems.js";
import { keep, kept } from "../storage.js";
import { ago, t, timeInFull } from "../texts.js";
import { confirmDialog, formDialog } from "./dialogs.js";
import { usageView } from "./usage.js";

const SCOPES = ["inference", "models:read"];

/**
 * The account and how the page looks.
 * @param {object} actions signOut(), and notice(text).
 */
export function settingsView(chat, { signOut, notice }) {
  const heading = h("h1", { tabindex: -1 }, t("settings"));
  const element = h(
    "section",
    { class: "settings" },
    h("header", { class: "bar" }, h("a", { class: "icon-button back", href: "#/", "aria-label": t("back"), title: t("back") }, icon("back")), h("div", { class: "title" }, heading)),
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": t("settings") },
      profile(chat),
      appearance(),
      notifications(notice),
      password(notice),
      sessions(notice),
      keys(notice),
      usageView(),
      data(signOut),
    ),
  );
  return { element, focus: () => heading.focus(), end() {} };
}

function section(title, text, ...children) {
  const id = newId("section");
  return h("section", { class: "card", "aria-labelledby": id }, h("h2", { id }, title), text ? h("p", { class: "hint" }, text) : null, ...children);
}

// A form that says what came of it.
function smallForm(fields, submit, action) {
  const said = h("p", { class: "said", role: "status" });
  const button = h("button", { type: "submit", class: "primary" }, submit);
  return h(
    "form",
    {
      novalidate: true,
      onsubmit: async (event) => {
        event.preventDefault();
        button.disabled = true;
        said.classList.remove("is-wrong");
        try {
          setText(said, (await action()) ?? "");
        } catch (error) {
          said.classList.add("is-wrong");
          setText(said, problem(error));
        } finally {
          button.disabled = false;
        }
      },
    },
    fields.map((one) => one.element ?? one),
    h("div", { class: "buttons" }, button, said),
  );
}

function profile(chat) {
  const name = field(t("displayName"), h("input", { autocomplete: "nickname", maxlength: 64, value: chat.me.display_name ?? "" }), t("displayNameHint"));
  return section(
    t("profile"),
    t("signedInAs", { name: chat.self }),
    smallForm([name], t("save"), async () => {
      chat.me = await api.setDisplayName(name.input.value.trim() || null);
      chat.names.set(chat.self, chat.me.display_name);
      chat.emit("names", new Set([chat.self]));
      chat.emit("list");
      return t("saved");
    }),
  );
}

function appearance() {
  const chosen = kept("theme") ?? "system";
  const name = newId("theme");
  return section(
    t("appearance"),
    null,
    h(
      "fieldset",
      { class: "choices" },
      h("legend", { class: "hidden" }, t("appearance")),
      ["system", "light", "dark"].map((theme) => {
        const id = newId("theme");
        return h(
          "div",
          { class: "choice" },
          h("input", { type: "radio", id, name, value: theme, checked: theme === chosen, onchange: () => setTheme(theme) }),
          h("label", { for: id }, t(theme)),
        );
      }),
    ),
  );
}

function setTheme(theme) {
  keep("theme", theme === "system" ? null : theme);
  if (theme === "system") {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = theme;
  }
}

function notifications(notice) {
  const box = h("input", {
    type: "checkbox",
    role: "switch",
    id: newId("notify"),
    checked: notifies(),
    disabled: !canNotify,
    onchange: async () => {
      if (!(await setNotifies(box.checked))) {
        box.checked = false;
        notice(t("notificationsRefused"));
      }
    },
  });
  return section(t("notifications"), t("notificationsHint"), h("div", { class: "check" }, box, h("label", { for: box.id }, t("notifyMe"))));
}

function password(notice) {
  const current = field(t("currentPassword"), h("input", { type: "password", autocomplete: "current-password", maxlength: 256 }));
  const next = field(t("newPassword"), h("input", { type: "password", autocomplete: "new-password", maxlength: 256 }), t("passwordRule"));
  return section(
    t("password"),
    t("passwordHint"),
    smallForm([current, next], t("changePassword"), async () => {
      await api.setPassword(current.input.value, next.input.value);
      current.input.value = next.input.value = "";
      notice(t("passwordChanged"));
      return "";
    }),
  );
}

// A list that is read anew after each change.
function loaded(read, row, empty) {
  const list = h("ul", { class: "lines" });
  const said = h("p", { class: "said is-wrong", role: "status" });
  async function update() {
    try {
      const found = await read();
      list.replaceChildren(...found.map((one) => row(one, act)));
      setText(said, "");
      if (found.length === 0) {
        list.replaceChildren(h("li", { class: "hint" }, empty));
      }
    } catch (error) {
      setText(said, problem(error));
    }
  }

  async function act(action) {
    try {
      await action();
    } catch (error) {
      setText(said, problem(error));
      return;
    }

    await update();
  }

  update();
  return { element: [list, said], update };
}

function sessions() {
  const list = loaded(
    api.sessions,
    (one, act) =>
      h(
        "li",
        {},
        h(
          "div",
          { class: "what" },
          h("span", { class: "name" }, programOf(one.user_agent), one.current ? h("span", { class: "tag" }, t("thisSession")) : null),
          h("span", { class: "line" }, t("sessionLine", { address: one.address, when: ago(new Date(one.seen_at)) })),
        ),
        one.current ? null : h("button", { type: "button", class: "small", "aria-label": t("endSessionOf", { name: programOf(one.user_agent) }), onclick: () => act(() => api.endSession(one.id)) }, t("end")),
      ),
    t("noSessions"),
  );
  const endOthers = () => confirmDialog(t("endOthers"), t("endOthersText"), t("endOthers"), async () => {
    await api.endOtherSessions();
    await list.update();
  });
  return section(t("sessions"), t("sessionsHint"), list.element, h("div", { class: "buttons" }, h("button", { type: "button", onclick: endOthers }, t("endOthers"))));
}

// As much of a User-Agent as a person can use.
function programOf(agent) {
  const browser = /Edg\//.test(agent) ? "Edge" : /Firefox\//.test(agent) ? "Firefox" : /Chrom(e|ium)\//.test(agent) ? "Chrome" : /Safari\//.test(agent) ? "Safari" : null;
  const system = /Android/.test(agent) ? "Android" : /iPhone|iPad/.test(agent) ? "iOS" : /Windows/.test(agent) ? "Windows" : /Mac OS/.test(agent) ? "macOS" : /Linux/.test(agent) ? "Linux" : null;
  return browser ? (system ? t("browserOn", { browser, system }) : browser) : agent.split(/[ /(]/)[0] || t("unknownProgram");
}

function keys(notice) {
  const list = loaded(
    api.keys,
    (key, act) =>
      h(
        "li",
        {},
        h(
          "div",
          { class: "what" },
          h("span", { class: "name", dir: "auto" }, key.name, h("code", {}, `${key.prefix}…`)),
          h("span", { class: "line" }, t("keyLine", { scopes: key.scopes.join(", "), when: key.last_used_at ? t("used", { when: ago(new Date(key.last_used_at)) }) : t("neverUsed") })),
        ),
        h("button", { type: "button", class: "small", "aria-label": t("deleteKeyOf", { name: key.name }), onclick: () => act(() => confirmDialog(t("deleteKey"), t("deleteKeyText", { name: key.name }), t("delete"), () => api.deleteKey(key.id))) }, t("delete")),
      ),
    t("noKeys"),
  );

  async function create() {
    const name = field(t("keyName"), h("input", { autocomplete: "off", maxlength: 64 }), t("keyNameHint"));
    const boxes = SCOPES.map((scope) => h("input", { type: "checkbox", id: newId("scope"), value: scope, checked: true }));
    let secret = null;
    const isMade = await formDialog({
      title: t("newKey"),
      fields: [name, h("fieldset", { class: "scopes" }, h("legend", {}, t("scopes")), boxes.map((box) => h("div", { class: "check" }, box, h("label", { for: box.id }, t(`scope:${box.value}`)))))],
      submit: t("create"),
      action: async () => {
        ({ secret } = await api.createKey(name.input.value.trim(), boxes.filter((box) => box.checked).map((box) => box.value)));
      },
    });
    if (isMade) {
      list.update();
      await showSecret(secret, notice);
    }
  }

  return section(t("keys"), t("keysHint"), list.element, h("div", { class: "buttons" }, h("button", { type: "button", onclick: create }, t("newKey"))));
}

function showSecret(secret, notice) {
  const shown = field(t("secret"), h("input", { readonly: true, value: secret, class: "secret", onfocus: (event) => event.target.select() }), t("secretHint"));
  return formDialog({
    title: t("keyMade"),
    fields: [shown],
    submit: t("copyAndClose"),
    action: async () => {
      await navigator.clipboard?.writeText(secret).then(() => notice(t("copied")), () => {});
    },
  });
}

function data(signOut) {
  const erase = () => {
    const proof = field(t("password"), h("input", { type: "password", autocomplete: "current-password", maxlength: 256 }));
    return formDialog({
      title: t("deleteAccount"),
      text: t("deleteAccountText"),
      fields: [proof],
      submit: t("deleteAccount"),
      isDangerous: true,
      action: () => api.deleteAccount(proof.input.value),
    }).then((isGone) => isGone && signOut());
  };
  return section(
    t("account"),
    null,
    h(
      "div",
      { class: "buttons" },
      h("a", { class: "button", href: "/user/me/export", download: true }, t("export")),
      h("button", { type: "button", onclick: signOut }, t("signOut")),
      h("button", { type: "button", class: "danger-text", onclick: erase }, t("deleteAccount")),
    ),
  );
}
