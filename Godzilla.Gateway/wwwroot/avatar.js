import { h, icon } from "./dom.js";
import { ASSISTANT } from "./room.js";

const HUES = 8;

/** A circle with somebody's first letter, in a colour that is always theirs. */
export function avatar(name, props = {}) {
  let hash = 7;
  for (const letter of name) {
    hash = (hash * 31 + letter.codePointAt(0)) >>> 0;
  }

  const { class: more = "", ...others } = props;
  return h(
    "span",
    { class: `avatar hue-${name === ASSISTANT ? "assistant" : hash % HUES} ${more}`.trim(), "aria-hidden": "true", ...others },
    (/[\p{L}\p{N}]/u.exec(name)?.[0] ?? "?").toUpperCase(),
  );
}

/** A circle with a picture, for what is nobody. */
export const pictured = (name) => h("span", { class: "avatar plain", "aria-hidden": "true" }, icon(name));
