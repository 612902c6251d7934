import { h } from "./dom.js";

// An address ends at a blank, at what quotes it, and at a character that would turn the direction of the text around.
const LINK = /\bhttps?:\/\/[^\s<>"'`\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gi;
const MENTION = /(?<![\w@.-])@[\w.-]*\w/g;
const BRACKETS = { ")": "(", "]": "[", "}": "{" };

/**
 * A text as nodes: addresses become links, names become marks, and everything else stays what it is.
 * @param {string} self Whose name is marked as one's own.
 */
export function textNodes(text, self) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const address = trimmed(match[0]);
    if (!URL.canParse(address)) {
      continue;
    }

    nodes.push(...mentionNodes(text.slice(end, match.index), self));
    nodes.push(h("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow ugc", class: "link" }, address));
    end = match.index + address.length;
  }

  nodes.push(...mentionNodes(text.slice(end), self));
  return nodes;
}

/** Whether a text names somebody. */
export const mentions = (text, user) => [...text.matchAll(MENTION)].some((match) => match[0].slice(1).toLowerCase() === user.toLowerCase());

function mentionNodes(text, self) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(MENTION)) {
    const isSelf = match[0].slice(1).toLowerCase() === self.toLowerCase();
    if (isSelf || match[0].toLowerCase() === "@assistant") {
      nodes.push(text.slice(end, match.index), h("span", { class: isSelf ? "mention self" : "mention" }, match[0]));
      end = match.index + match[0].length;
    }
  }

  nodes.push(text.slice(end));
  return nodes.filter((node) => node !== "");
}

// What ends a sentence is no part of an address; a bracket is, if it was opened in it.
function trimmed(address) {
  for (;;) {
    const last = address.at(-1);
    const isUnopened = last in BRACKETS && address.split(last).length > address.split(BRACKETS[last]).length;
    if (!isUnopened && !/[.,;:!?*_~|]/.test(last)) {
      return address;
    }

    address = address.slice(0, -1);
  }
}
