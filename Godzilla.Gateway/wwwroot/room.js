import { t, names } from "./texts.js";

export const LOBBY = "lobby";
export const ASSISTANT = "assistant";

/**
 * What the page has of a discussion. Messages may come twice and, while a connection resumes, out of order; here each is once, in the order
 * of its number (seq), without holes.
 */
export class Room {
  title = null;
  users = []; // Nobody in the lobby, where everybody is one. The first owns it.
  assistant = true;
  updatedAt = 0;
  last = null; // The newest message, as far as it is known: {id, user, text, deleted}
  unread = 0;
  typing = [];
  answers = new Map(); // Of the assistant, by the id of the question, as they grow.

  messages = []; // From the oldest that was loaded to the newest.
  byId = new Map();
  older = null; // A cursor, if there are older ones than those loaded.
  isLoaded = false;
  isLoading = false;
  newestSeq = 0; // As far as it is known.
  lastSeq = 0; // There is no message missing before it.
  lastRev = null; // A change before which none is missing; null if that is not known.
  newAfter = null; // The line "new" is drawn after this number.

  #ahead = new Map();
  #heldChanges = [];
  #newestRev = 0;
  #isResuming = false;

  constructor(id) {
    this.id = id;
  }

  get isLobby() {
    return this.id === LOBBY;
  }

  /**
   * How a user knows it.
   * @param {Function} nameOf Says what a user is called.
   */
  label(self, nameOf) {
    if (this.isLobby) {
      return t("lobby");
    }

    const others = this.users.filter((user) => user !== self);
    return this.title?.trim() || (others.length > 0 ? names(others.map(nameOf)) : t("onlyYou"));
  }

  /** The only other member, or null. */
  partner(self) {
    const others = this.users.filter((user) => user !== self);
    return !this.isLobby && others.length === 1 && this.users.length === 2 ? others[0] : null;
  }

  /** Keeps what comes until load(). */
  beginLoading() {
    this.isLoaded = false;
    this.isLoading = true;
    this.#ahead.clear();
    this.#heldChanges = [];
  }

  stopLoading() {
    this.isLoading = false;
  }

  /**
   * Takes the newest page of the history, newest first.
   * @param {number|null} rev The newest change when it was read, or one before; null if it is not known.
   */
  load(page, rev) {
    this.messages = [];
    this.byId.clear();
    for (const message of page.messages.toReversed()) {
      this.#add(message);
    }

    this.older = page.next_cursor;
    this.lastSeq = this.messages.at(-1)?.seq ?? 0;
    this.lastRev = rev;
    this.#newestRev = Math.max(rev ?? 0, ...this.messages.map((message) => message.rev ?? 0));
    this.#isResuming = false;
    this.isLoaded = true;
    this.isLoading = false;
    this.#takeAhead();
    const held = this.#heldChanges;
    this.#heldChanges = [];
    held.forEach((message) => this.offerChange(message));
  }

  /** Takes an older page, newest first. */
  prepend(page) {
    const older = page.messages.toReversed().filter((message) => !this.byId.has(message.id));
    older.forEach((message) => this.byId.set(message.id, message));
    this.messages.unshift(...older);
    this.older = page.next_cursor;
    return older;
  }

  /**
   * Takes a message that came.
   * @returns {object[]} Those that can be shown now: it and others that waited for it, or none.
   */
  offer(message) {
    if (this.isLoading || (this.isLoaded && message.seq > this.lastSeq)) {
      this.#ahead.set(message.seq, message);
    }

    return this.isLoaded ? this.#takeAhead() : [];
  }

  /**
   * Takes a change of a message.
   * @returns {object|null} What is to be shown now, if it is new and in sight.
   */
  offerChange(message) {
    const rev = message.rev ?? 0;
    this.#newestRev = Math.max(this.#newestRev, rev);
    if (this.isLoaded && !this.#isResuming && this.lastRev !== null) {
      this.lastRev = this.#newestRev;
    }

    if (this.#ahead.has(message.seq)) {
      this.#ahead.set(message.seq, message);
      return null;
    }

    if (this.isLoading) {
      this.#heldChanges.push(message);
      return null;
    }

    const known = this.byId.get(message.id);
    if (!known || rev <= (known.rev ?? 0)) {
      return null;
    }

    return Object.assign(known, message);
  }

  /** Until endResume(), changes before those that come may be missing. */
  beginResume() {
    this.#isResuming = true;
  }

  endResume(rev) {
    this.#isResuming = false;
    this.#newestRev = Math.max(this.#newestRev, rev);
    this.lastRev = this.#newestRev;
  }

  #add(message) {
    this.messages.push(message);
    this.byId.set(message.id, message);
  }

  #takeAhead() {
    const next = [];
    for (const seq of [...this.#ahead.keys()].sort((a, b) => a - b)) {
      if (seq > this.lastSeq + 1) {
        break;
      }

      const message = this.#ahead.get(seq);
      this.#ahead.delete(seq);
      if (seq > this.lastSeq) {
        this.lastSeq = seq;
        this.#add(message);
        next.push(message);
      }
    }

    return next;
  }
}
