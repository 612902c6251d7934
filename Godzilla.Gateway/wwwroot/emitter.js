/** Tells listeners by topic. */
export class Emitter {
  #listeners = new Map();

  /** @returns {Function} Ends it. */
  on(topic, listener) {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  emit(topic, ...values) {
    for (const listener of [...(this.#listeners.get(topic) ?? [])]) {
      listener(...values);
    }
  }
}
