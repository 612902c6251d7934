import { api } from "./api.js";
import { Emitter } from "./emitter.js";

const MOST = 100; // That the server answers at once.
const GATHER = 50;
const FRESH = 300_000;
const RETRY = 10_000;

// What turns the direction of text around would reach beyond the name.
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * How users want to be called. They are asked for as somebody is met, many at once, and again after a while.
 * Topic: "changed", with the usernames of those who are called otherwise now.
 */
export class Names extends Emitter {
  #known = new Map(); // {name, until} by username.
  #wanted = new Set();
  #timer = null;
  #isStopped = false;

  /** A user's display name, or the username where there is none, or none yet. */
  of(user) {
    const known = this.#known.get(user);
    if (!known || known.until < Date.now()) {
      this.#wanted.add(user);
      this.#timer ??= setTimeout(() => this.#ask(), GATHER);
    }

    return known?.name ?? user;
  }

  /** The same, for a text around it. */
  within(user) {
    const name = this.of(user);
    return name === user ? user : `\u2068${name}\u2069`;
  }

  /** Notes what a user is called. */
  set(user, displayName) {
    const name = displayName?.replace(DIRECTIONS, "").trim();
    const before = this.#known.get(user)?.name ?? null;
    const now = name && VISIBLE.test(name) ? name : null;
    this.#known.set(user, { name: now, until: Date.now() + FRESH });
    return now !== before;
  }

  stop() {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #ask() {
    const users = [...this.#wanted].slice(0, MOST);
    users.forEach((user) => this.#wanted.delete(user));
    try {
      const found = await api.names(users);
      const changed = found.filter((one) => this.set(one.username, one.display_name));
      if (changed.length > 0) {
        this.emit("changed", new Set(changed.map((one) => one.username)));
      }
    } catch {
      // Usernames do meanwhile.
      for (const user of users) {
        this.#known.set(user, { name: this.#known.get(user)?.name ?? null, until: Date.now() + RETRY });
      }
    }

    this.#timer = this.#wanted.size > 0 && !this.#isStopped ? setTimeout(() => this.#ask(), GATHER) : null;
  }
}
