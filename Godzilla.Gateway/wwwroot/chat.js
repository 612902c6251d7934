import { Emitter } from "./emitter.js";
import { api, ApiError } from "./api.js";
import { Hub, LinkLost, Refused } from "./hub.js";
import { Names } from "./names.js";
import { Outbox } from "./outbox.js";
import { ASSISTANT, LOBBY, Room } from "./room.js";
import { t } from "./texts.js";

const PAGE = 50;
const PAUSE = 1000;
const FIRST_CONNECTION = 1500; // How long the history waits for the connection at the start.
const READ_EVERY = 1000;

const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE));

/**
 * All discussions of the user: what is in them, what is unread, who is here. It takes the hub's events, and resumes after a break.
 * Topics: "list", "presence", "state"; with a room "messages" (and what happened to them), "pending", "answers", "typing", "details", "gone";
 * "names" (who is called otherwise now), "arrived" (a message that others wrote), "notice" (a text for the user), "ended" (the session).
 */
export class Chat extends Emitter {
  rooms = new Map();
  online = new Set();
  seen = new Map(); // When users who are not online were here last, as far as somebody asked.
  current = null;
  isBeingRead = () => false; // Whether the end of the current discussion is before the user's eyes.

  #arrivals = [];
  #read = new Map(); // What the server knows to be read.
  #reading = new Map(); // Timers, by discussion.
  #tabs;

  constructor(me) {
    super();
    this.me = me;
    this.self = me.username;
    this.hub = new Hub();
    this.outbox = new Outbox(this.hub, this.self);
    this.names = new Names();
    this.names.set(this.self, me.display_name);
    this.#tabs = new BroadcastChannel(`godzilla:${this.self}`);
    this.#tabs.onmessage = ({ data }) => this.#hear(data);
    this.#listen();
    this.ready = this.#begin();
  }

  stop() {
    this.hub.stop();
    this.outbox.stop();
    this.names.stop();
    this.#tabs.close();
  }

  /** Tells the other tabs that this user has signed out. */
  signedOut() {
    this.#tabs.postMessage({ type: "signed-out" });
  }

  get state() {
    return this.hub.state;
  }

  /** The lobby first, then by the newest activity. */
  list() {
    return [...this.rooms.values()].sort((a, b) => b.isLobby - a.isLobby || b.updatedAt - a.updatedAt);
  }

  get unread() {
    return [...this.rooms.values()].reduce((sum, room) => sum + (room.isLobby ? 0 : room.unread), 0);
  }

  label(room) {
    return room.label(this.self, (user) => this.names.within(user));
  }

  /** Shows a discussion. @returns {Promise<Room|null>} Null if the user is not in it. */
  async open(id) {
    await this.ready;
    let room = this.rooms.get(id);
    if (!room) {
      try {
        room = this.#adopt(await api.discussion(id));
      } catch {
        return null;
      }
    }

    this.current = room;
    this.emit("list");
    this.#markNew(room);
    if (!room.isLoaded && !room.isLoading) {
      this.#load(room);
    }

    return room;
  }

  close() {
    if (this.current) {
      this.current.newAfter = null;
      this.current = null;
      this.emit("list");
    }
  }

  /** Loads older messages. */
  async loadOlder(room) {
    const page = await api.messages(room.id, PAGE, room.older);
    this.emit("messages", room, { kind: "prepended", messages: room.prepend(page) });
  }

  send(room, text) {
    room.newAfter = null;
    this.outbox.add(room.id, text);
  }

  edit(room, message, text) {
    return this.hub.invoke("Edit", room.id, message.id, text).then((changed) => this.#receiveChange(changed));
  }

  remove(room, message) {
    return this.hub.invoke("Delete", room.id, message.id).then((changed) => this.#receiveChange(changed));
  }

  stopAnswer(room, id) {
    return this.hub.invoke("StopAssistant", room.id, id);
  }

  dismissAnswer(room, id) {
    room.answers.delete(id);
    this.emit("answers", room);
  }

  setTyping(room, isTyping) {
    this.hub.invoke("SetTyping", room.id, isTyping).catch(() => {
      // It is worth nothing a moment later.
    });
  }

  async create(users, title) {
    return this.#adopt(await api.create(users, title));
  }

  async change(room, settings) {
    this.#adopt(await api.change(room.id, settings));
  }

  async invite(room, users) {
    this.#adopt(await api.invite(room.id, users));
  }

  removeMember(room, user) {
    return api.remove(room.id, user); // The "discussion" event says who is left.
  }

  leave(room) {
    return this.#part(room, () => api.remove(room.id, this.self));
  }

  delete(room) {
    return this.#part(room, () => api.deleteDiscussion(room.id));
  }

  /** Learns when those of some users who are not online were here last. */
  async lookUp(users) {
    const away = users.filter((user) => !this.online.has(user)).slice(0, 100);
    if (away.length > 0) {
      for (const { username, last_seen: at } of await api.seen(away)) {
        this.seen.set(username, at ? new Date(at) : null);
      }

      this.emit("presence");
    }
  }

  /** Everything in a discussion has been seen. */
  markRead(room) {
    if (!room.isLoaded || (room.unread === 0 && (this.#read.get(room.id) ?? 0) >= room.lastSeq)) {
      return;
    }

    if (room.unread > 0) {
      room.unread = 0;
      this.emit("list");
    }

    if (!this.#reading.has(room)) {
      this.#reading.set(room, setTimeout(() => this.#tellRead(room), this.#read.has(room.id) ? READ_EVERY : 0));
    }
  }

  async #begin() {
    this.hub.run();
    this.outbox.run();
    this.rooms.set(LOBBY, new Room(LOBBY));
    for (;;) {
      try {
        await this.#refresh();
        return;
      } catch (error) {
        if (error.status === 401) {
          return;
        }

        await pause();
      }
    }
  }

  #listen() {
    this.hub.on("state", (state) => this.#changeState(state));
    this.hub.on("message", (message) => this.#receive(message));
    this.hub.on("message_edited", (message) => this.#receiveChange(message));
    this.hub.on("message_deleted", (message) => this.#receiveChange(message));
    this.hub.on("discussion", (discussion) => this.#receiveDiscussion(discussion));
    this.hub.on("read", ({ discussion_id: discussion, seq }) => this.#hearRead(discussion, seq));
    this.hub.on("warning", ({ message }) => this.emit("notice", message));
    this.hub.on("assistant", (event) => this.#receiveAnswer(event));
    this.hub.on("presence", ({ online }) => {
      this.online = new Set(online);
      this.emit("presence");
    });
    this.hub.on("presence_changed", ({ joined, left }) => {
      joined.forEach((user) => this.online.add(user));
      left.forEach((user) => {
        this.online.delete(user);
        this.seen.set(user, new Date());
      });
      this.emit("presence");
    });
    this.hub.on("typing", ({ discussion_id: id, users }) => {
      const room = this.rooms.get(id);
      if (room) {
        room.typing = users.filter((user) => user !== this.self);
        this.emit("typing", room);
        this.emit("list");
      }
    });
    this.names.on("changed", (users) => {
      this.emit("names", users);
      this.emit("list");
    });
    this.outbox.on("changed", (id) => this.rooms.has(id) && this.emit("pending", this.rooms.get(id)));
    this.outbox.on("sent", (message, receipt) => this.#sent(message, receipt));
  }

  #changeState(state) {
    this.emit("state", state);
    if (state === "ended") {
      this.emit("ended");
    } else if (state === "connected") {
      this.#resume();
    } else {
      for (const room of this.rooms.values()) {
        if (room.typing.length > 0) {
          room.typing = [];
          this.emit("typing", room);
        }
      }
    }
  }

  #hear(word) {
    if (word.type === "signed-out") {
      this.emit("ended");
    }
  }

  // The user has read further, here or elsewhere.
  #hearRead(id, seq) {
    const room = this.rooms.get(id);
    if (room && seq >= (this.#read.get(id) ?? 0)) {
      this.#read.set(id, seq);
      room.unread = room.isLoaded
        ? room.messages.filter((message) => message.seq > seq && message.user_id !== this.self).length
        : Math.min(room.unread, Math.max(0, room.newestSeq - seq));
      this.emit("list");
    }
  }

  // Messages

  #receive(message) {
    const room = this.rooms.get(message.discussion_id);
    if (!room) {
      return; // Its "discussion" event comes, and then it is read.
    }

    this.#arrivals.push(message);
    room.newestSeq = Math.max(room.newestSeq, message.seq);
    const isOwn = message.user_id === this.self;
    const isNew = room.isLoaded ? message.seq > room.lastSeq : message.id !== room.last?.id;
    this.#noteLast(room, message);
    if (isOwn) {
      this.#match(room, message);
      room.unread = 0; // The server takes it so, too.
    } else if (isNew && !(room === this.current && this.isBeingRead())) {
      room.unread++;
      if (room === this.current && room.newAfter === null) {
        room.newAfter = message.seq - 1;
      }
    }

    if (message.user_id === ASSISTANT) {
      this.#endAnswer(room, message.id);
    }

    const shown = room.offer(message);
    if (shown.length > 0) {
      this.emit("messages", room, { kind: "appended", messages: shown });
    }

    this.emit("list");
    if (isNew && !isOwn) {
      this.emit("arrived", room, message);
    }

    if (room === this.current && this.isBeingRead()) {
      this.markRead(room);
    }
  }

  #receiveChange(message) {
    const room = this.rooms.get(message.discussion_id);
    const changed = room?.offerChange(message);
    if (room?.last?.id === message.id) {
      this.#noteLast(room, message);
      this.emit("list");
    }

    if (changed) {
      this.emit("messages", room, { kind: "changed", messages: [changed] });
    }
  }

  #noteLast(room, message) {
    const at = Date.parse(message.created_at);
    if (at >= room.updatedAt || room.last === null) {
      room.last = { id: message.id, user: message.user_id, text: message.text, deleted: message.deleted };
      room.updatedAt = at;
    }
  }

  // A message of ours comes as an event before it is acknowledged: until then the one that waits is not shown beside it.
  #match(room, message) {
    const waiting = this.outbox.of(room.id).find((pending) => pending.wasTried && !pending.refusal && !pending.shownAs && pending.text === message.text);
    if (waiting) {
      waiting.shownAs = message.id;
      this.emit("pending", room);
    }

    if (room.acknowledged?.delete(message.id)) {
      this.emit("pending", room);
    }
  }

  #sent(message, receipt) {
    const room = this.rooms.get(message.discussion);
    if (room?.isLoaded && !room.byId.has(receipt.id) && receipt.seq > room.lastSeq) {
      (room.acknowledged ??= new Map()).set(receipt.id, message);
    }
  }

  #markNew(room) {
    if (room === this.current && room.isLoaded && room.unread > 0 && room.newAfter === null) {
      room.newAfter = room.lastSeq - room.unread;
    }
  }

  async #tellRead(room) {
    this.#reading.delete(room);
    if (!room.isLoaded || (this.#read.get(room.id) ?? 0) >= room.lastSeq) {
      return;
    }

    const seq = room.lastSeq;
    this.#read.set(room.id, seq);
    try {
      await api.markRead(room.id, seq);
    } catch {
      this.#read.delete(room.id); // The next look tries again.
    }
  }

  async #load(room) {
    room.beginLoading();
    room.error = null;
    this.emit("messages", room, { kind: "reset" });
    if (this.state === "connecting") {
      await Promise.race([this.hub.connected(), new Promise((resolve) => setTimeout(resolve, FIRST_CONNECTION))]);
    }

    for (;;) {
      const generation = this.state === "connected" ? this.hub.generation : null;
      try {
        const [joined, page] = await Promise.all([
          generation === null ? null : this.hub.invoke("Join", room.id, null, null),
          api.messages(room.id, PAGE),
        ]);
        const isWhole = generation === null ? this.state !== "connected" : generation === this.hub.generation;
        if (isWhole) {
          room.load(page, joined?.rev ?? null);
          this.#markNew(room);
          break;
        }
      } catch (error) {
        if (!isPassing(error)) {
          room.stopLoading();
          room.error = error.message;
          break;
        }

        await pause();
      }
    }

    this.emit("messages", room, { kind: "reset" });
    this.emit("list");
  }

  // After a break

  async #resume() {
    const generation = this.hub.generation;
    const isFirst = generation === 1;
    const loaded = [...this.rooms.values()].filter((room) => room.isLoaded).sort((a, b) => (b === this.current) - (a === this.current));
    for (const room of this.rooms.values()) {
      // What they said meanwhile is lost; the message that comes in the end has it.
      room.answers.clear();
      this.emit("answers", room);
    }

    loaded.forEach((room) => room.beginResume());
    for (const room of loaded) {
      await this.#retry(generation, () => this.#resumeRoom(room));
    }

    if (!isFirst) {
      await this.#retry(generation, () => this.#refresh());
    }
  }

  // As long as this connection lives; the next one resumes anew.
  async #retry(generation, action) {
    while (generation === this.hub.generation && this.state === "connected") {
      try {
        await action();
        return;
      } catch {
        await pause();
      }
    }
  }

  async #resumeRoom(room) {
    if (room.lastRev === null) {
      await this.#load(room);
      return;
    }

    try {
      const joined = await this.hub.invoke("Join", room.id, room.lastSeq, room.lastRev);
      if (joined.complete) {
        room.endResume(joined.rev);
      } else {
        await this.#load(room);
      }
    } catch (error) {
      if (isPassing(error)) {
        throw error;
      }

      this.#forget(room, t("notInItAnyMore", { name: this.label(room) }));
    }
  }

  async #refresh() {
    const since = (this.#arrivals = []);
    const [found] = await Promise.all([api.discussions(), this.#refreshLobby()]);
    const listed = new Set([LOBBY]);
    for (const discussion of found) {
      listed.add(discussion.id);
      const room = this.#adopt(discussion);

      // The list may be a moment behind the events.
      const last = discussion.last_message;
      const at = since.findIndex((message) => message.id === last?.message_id);
      const newer = since.filter((message, index) =>
        message.discussion_id === discussion.id && (at >= 0 ? index > at : !last || message.created_at > last.created_at));
      room.unread = newer.some((message) => message.user_id === this.self) || (room === this.current && this.isBeingRead())
        ? 0
        : discussion.unread + newer.length;
    }

    for (const room of [...this.rooms.values()].filter((other) => !listed.has(other.id))) {
      this.#forget(room, null);
    }

    this.emit("list");
  }

  async #refreshLobby() {
    const lobby = this.rooms.get(LOBBY);
    if (!lobby) {
      return;
    }

    try {
      const [{ messages: [newest] }, read] = await Promise.all([api.messages(LOBBY, 1), api.read(LOBBY)]);
      if (newest) {
        this.#noteLast(lobby, newest);
        lobby.newestSeq = Math.max(lobby.newestSeq, newest.seq);

        // To who has never been there, nothing is new.
        lobby.unread = read > 0 && lobby !== this.current ? Math.max(0, newest.seq - read) : lobby.unread;
      }
    } catch (error) {
      if (error.status !== 403) {
        throw error;
      }

      this.#forget(lobby, null); // Who is banned from it does not see it.
    }
  }

  // Discussions

  #adopt(discussion) {
    const room = this.rooms.get(discussion.id) ?? new Room(discussion.id);
    this.rooms.set(room.id, room);
    room.title = discussion.title;
    room.users = discussion.users;
    room.assistant = discussion.assistant;
    room.newestSeq = Math.max(room.newestSeq, discussion.seq);
    const last = discussion.last_message;
    if (last) {
      this.#noteLast(room, { id: last.message_id, user_id: last.user_id, text: last.text, deleted: last.text === "", created_at: last.created_at });
    } else if (discussion.created_at) {
      room.updatedAt ||= Date.parse(discussion.created_at);
    }

    this.emit("details", room);
    this.emit("list");
    return room;
  }

  #receiveDiscussion(discussion) {
    const known = this.rooms.get(discussion.id);
    if (discussion.deleted || !discussion.users.includes(this.self)) {
      if (known) {
        this.#forget(known, known.isParting ? null : t("notInItAnyMore", { name: this.label(known) }));
      }

      return;
    }

    const room = this.#adopt(discussion);
    if (!known) {
      room.updatedAt = Date.now();
      room.unread = discussion.seq;
      if (discussion.users[0] !== this.self) {
        this.emit("notice", t("invitedTo", { name: this.label(room) }));
      }

      this.emit("list");
    }
  }

  // The event may come before the answer, and is no news then.
  async #part(room, action) {
    room.isParting = true;
    try {
      await action();
      this.#forget(room, null);
    } finally {
      room.isParting = false;
    }
  }

  #forget(room, why) {
    if (!this.rooms.delete(room.id)) {
      return;
    }

    this.outbox.forget(room.id);
    this.emit("list");
    if (room === this.current) {
      this.current = null;
      this.emit("gone", room);
    }

    if (why) {
      this.emit("notice", why);
    }
  }

  // The assistant

  #receiveAnswer({ discussion_id: id, id: question, asked_by: askedBy, state, text, message_id: message }) {
    const room = this.rooms.get(id);
    if (!room) {
      return;
    }

    const answer = room.answers.get(question) ?? { id: question, askedBy, state: "started", text: "", message: null };
    if (state === "started" || state === "delta") {
      answer.text += text ?? "";
    } else if (state === "failed") {
      answer.state = "failed";
      answer.text = text ?? "";
    } else {
      answer.state = state;
      answer.message = message;
    }

    room.answers.set(question, answer);
    if ((answer.state === "done" || answer.state === "stopped") && (!message || !room.isLoaded || room.byId.has(message))) {
      room.answers.delete(question);
    }

    this.emit("answers", room);
  }

  // The message has come that an answer became, before or after the answer's end.
  #endAnswer(room, message) {
    for (const answer of room.answers.values()) {
      if (answer.message === message) {
        room.answers.delete(answer.id);
        this.emit("answers", room);
      }
    }
  }
}

// Whether trying again can help.
function isPassing(error) {
  return error instanceof LinkLost
    || (error instanceof Refused && /^Service Unavailable$|^The connection has ended$/.test(error.message))
    || (error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500));
}
