// Builds elements. Text only ever gets into the page as text: nothing here, or anywhere else, parses HTML.

/**
 * Makes an element.
 * @param {string} tag Such as "button".
 * @param {object} props Attributes; "on…" are listeners, true is an attribute without a value, null and false are left out.
 * @param {...(Node|string|null|false|Array)} children Strings become text.
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) {
      continue;
    }

    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (name === "value" || name === "checked") {
      element[name] = value;
    } else {
      element.setAttribute(name, value === true ? "" : value);
    }
  }

  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** Makes an SVG element. */
export function svg(tag, props = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) {
    element.setAttribute(name, value);
  }

  element.append(...children);
  return element;
}

/** A picture of icons.svg, which says nothing by itself. */
export function icon(name) {
  return svg("svg", { class: "icon", "aria-hidden": "true", width: 20, height: 20 }, svg("use", { href: `/icons.svg#${name}` }));
}

/** A button that shows a picture alone. */
export function iconButton(name, label, onclick, props = {}) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...props }, icon(name));
}

/** Sets a text only where it is another, so that screen readers and selections are left alone. */
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

let ids = 0;

/** An id that no other element has. */
export function newId(prefix) {
  return `${prefix}-${++ids}`;
}

/** A labelled input with a hint and a place for its error. */
export function field(label, input, hint = null) {
  input.id ||= newId("field");
  const error = h("p", { class: "field-error", id: `${input.id}-error`, hidden: true });
  const note = hint ? h("p", { class: "hint", id: `${input.id}-hint` }, hint) : null;
  input.setAttribute("aria-describedby", [note?.id, error.id].filter(Boolean).join(" "));
  const element = h("div", { class: "field" }, h("label", { for: input.id }, label), input, note, error);
  return {
    element,
    input,
    setError(text) {
      error.hidden = !text;
      setText(error, text ?? "");
      input.toggleAttribute("aria-invalid", Boolean(text));
      if (text) {
        input.setAttribute("aria-invalid", "true");
      }
    },
  };
}

/** Calls a function once before the next paint, however often it is asked for. */
export function beforePaint(action) {
  let isDue = false;
  return () => {
    if (!isDue) {
      isDue = true;
      // A hidden page is not painted, and must still count in its title.
      const next = document.hidden ? (callback) => setTimeout(callback, 50) : requestAnimationFrame;
      next(() => {
        isDue = false;
        action();
      });
    }
  };
}
