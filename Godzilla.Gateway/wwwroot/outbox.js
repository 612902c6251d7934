import { Emitter } from "./emitter.js";
import { LinkLost } from "./hub.js";

const PAUSE = 1000;

/**
 * Sends messages in order, one after the other. Each is tried again until the server has acknowledged or refused it, always with the same
 * client id, so that none is lost and none is stored twice. What waits outlives a reload of the tab.
 * Topics: "changed" (with a discussion's id), "sent" (with the message and its receipt).
 */
export class Outbox extends Emitter {
  #hub;
  #key;
  #messages;
  #added = Promise.withResolvers();
  #isStopped = false;

  /** @param {string} user Whose messages they are: the next user of this tab must not send them. */
  constructor(hub, user) {
    super();
    this.#hub = hub;
    this.#key = `outbox:${user}`;
    this.#messages = restore(this.#key);
  }

  /** What is not acknowledged in a discussion, in order: {clientId, discussion, text, at, wasTried, refusal, shownAs}. */
  of(discussion) {
    return this.#messages.filter((message) => message.discussion === discussion);
  }

  get isEmpty() {
    return this.#messages.length === 0;
  }

  add(discussion, text) {
    this.#messages.push({ clientId: crypto.randomUUID?.() ?? randomId(), discussion, text, at: Date.now(), wasTried: false, refusal: null });
    this.#changed(discussion);
  }

  /** Tries a refused message again. */
  retry(message) {
    message.refusal = null;
    this.#changed(message.discussion);
  }

  remove(message) {
    this.#messages = this.#messages.filter((other) => other !== message);
    this.#changed(message.discussion);
  }

  /** Forgets what was for a discussion that is no more. */
  forget(discussion) {
    this.#messages = this.#messages.filter((message) => message.discussion !== discussion);
    this.#changed(discussion);
  }

  stop() {
    this.#isStopped = true;
    this.#added.resolve();
  }

  async run() {
    while (!this.#isStopped) {
      const message = this.#messages.find((waiting) => waiting.refusal === null);
      if (!message) {
        await this.#added.promise;
        this.#added = Promise.withResolvers();
        continue;
      }

      await this.#hub.connected();
      if (this.#isStopped) {
        return;
      }

      const wait = await this.#send(message);
      if (wait > 0) {
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  // Ends with how long to wait before the next.
  async #send(message) {
    message.wasTried = true;
    try {
      const receipt = await this.#hub.invoke("Send", message.discussion, message.text, message.clientId);
      this.#messages = this.#messages.filter((other) => other !== message);
      this.emit("sent", message, receipt);
      this.#changed(message.discussion);
      return 0;
    } catch (error) {
      const wait = error instanceof LinkLost ? PAUSE : retryAfter(error.message);
      if (wait === null) {
        message.refusal = error.message;
        message.shownAs = undefined;
        this.#changed(message.discussion);
      }

      return wait ?? 0;
    }
  }

  #changed(discussion) {
    try {
      sessionStorage.setItem(this.#key, JSON.stringify(this.#messages.map(({ shownAs, ...kept }) => kept)));
    } catch {
      // Full, or switched off: they are still in memory.
    }

    this.#added.resolve();
    this.emit("changed", discussion);
  }
}

/** How long to wait before the next attempt, in milliseconds; null if another is no use. */
function retryAfter(refusal) {
  const seconds = /^Too many messages: try again in (\d{1,4}) s$/.exec(refusal)?.[1];
  return seconds ? Number(seconds) * 1000
    : refusal === "Service Unavailable" || refusal === "Too many messages wait to be stored" ? PAUSE
    : null;
}

function restore(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? [];
  } catch {
    return [];
  }
}

// crypto.randomUUID is there only on HTTPS and localhost.
function randomId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
