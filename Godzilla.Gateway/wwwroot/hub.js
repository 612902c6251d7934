import "./lib/signalr.js";
import { Emitter } from "./emitter.js";
import { api, ApiError } from "./api.js";

const { HubConnectionBuilder, HttpTransportType, LogLevel } = globalThis.signalR;

const EVENTS = ["message", "message_edited", "message_deleted", "discussion", "read", "presence", "presence_changed", "typing", "assistant", "warning"];
const ANSWER_LIMIT = 20_000;
const WELCOME_LIMIT = 10_000;
const LONGEST_BACKOFF = 15_000;

/** There was no answer: what was asked for may be done or not. */
export class LinkLost extends Error {}

/** The server refused a call. The message is the server's own. */
export class Refused extends Error {}

/**
 * The live connection. It comes back by itself, for ever; only a session that has ended stops it.
 * Topics: the hub's events, and "state".
 */
export class Hub extends Emitter {
  state = "connecting"; // connected, reconnecting, ended
  generation = 0; // Counts the connections that came about.
  nextAttempt = null; // A time in milliseconds, if one is due.

  #connection = null;
  #connected = Promise.withResolvers();
  #wake = () => {};
  #isStopped = false;

  constructor() {
    super();
    addEventListener("online", this.tryNow);
    addEventListener("offline", this.#offline);
  }

  /** Ends when there is a connection. */
  connected() {
    return this.#connected.promise;
  }

  /** Makes the next attempt at once. */
  tryNow = () => this.#wake();

  /** Leaves, and does not come back. */
  stop() {
    this.#isStopped = true;
    removeEventListener("online", this.tryNow);
    removeEventListener("offline", this.#offline);
    this.#connection?.stop();
    this.#wake();
  }

  async run() {
    for (let failures = 0; !this.#isStopped; failures++) {
      let reason = null;
      try {
        reason = await this.#connectOnce(() => (failures = 0));
      } catch (error) {
        reason = error;
      }

      this.#disconnected();
      if (this.#isStopped) {
        return;
      }

      if (/\b4401\b/.test(reason?.message ?? "") || (await this.#hasEnded())) {
        this.#isStopped = true;
        this.#change("ended");
        return;
      }

      await this.#pause(failures);
    }
  }

  /**
   * Calls a hub method.
   * @throws {Refused} The server refused it.
   * @throws {LinkLost} There was no answer.
   */
  async invoke(method, ...values) {
    const connection = this.#connection;
    if (!connection) {
      throw new LinkLost();
    }

    let timer;
    try {
      const limit = new Promise((_, reject) => (timer = setTimeout(() => reject(new LinkLost()), ANSWER_LIMIT)));
      return await Promise.race([connection.invoke(method, ...values), limit]);
    } catch (error) {
      const own = /HubException: (.*)$/s.exec(error.message);
      throw own ? new Refused(own[1]) : new LinkLost(error.message);
    } finally {
      clearTimeout(timer);
    }
  }

  // Ends with why the connection ended.
  async #connectOnce(succeeded) {
    // Negotiating would promise nothing: there is one transport, and any replica takes it.
    const connection = new HubConnectionBuilder()
      .withUrl("/hubs/chat", { transport: HttpTransportType.WebSockets, skipNegotiation: true })
      .configureLogging(LogLevel.None)
      .build();
    const closed = Promise.withResolvers();
    const welcomed = Promise.withResolvers();
    connection.onclose((error) => closed.resolve(error));
    connection.on("welcome", () => welcomed.resolve(true));
    for (const name of EVENTS) {
      connection.on(name, (value) => this.emit(name, value));
    }

    const timer = setTimeout(() => connection.stop(), WELCOME_LIMIT);
    try {
      await connection.start();
      // Before the welcome the server may still break it off.
      const isWelcome = (await Promise.race([welcomed.promise, closed.promise])) === true;
      if (this.#isStopped) {
        connection.stop();
      } else if (isWelcome) {
        clearTimeout(timer);
        succeeded();
        this.#connection = connection;
        this.generation++;
        this.#change("connected");
        this.#connected.resolve();
      }

      return await closed.promise;
    } finally {
      clearTimeout(timer);
      connection.stop();
    }
  }

  #disconnected() {
    if (this.#connection) {
      this.#connection = null;
      this.#connected = Promise.withResolvers();
    }

    if (!this.#isStopped) {
      this.#change("reconnecting");
    }
  }

  // A browser does not say with which status a WebSocket was refused.
  async #hasEnded() {
    try {
      await api.me();
      return false;
    } catch (error) {
      return error instanceof ApiError && error.status === 401;
    }
  }

  // The browser knows before the connection does.
  #offline = () => this.#connection?.stop();

  #pause(failures) {
    const wait = Math.min(LONGEST_BACKOFF, 250 * 2 ** failures) * (0.5 + Math.random() / 2);
    this.nextAttempt = Date.now() + wait;
    this.#change("reconnecting");
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    }).finally(() => {
      this.#wake = () => {};
      this.nextAttempt = null;
    });
  }

  #change(state) {
    this.state = state;
    this.emit("state", state);
  }
}
