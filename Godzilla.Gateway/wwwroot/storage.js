// What a browser keeps for its user: drafts, and how the page looks. Where storage is switched off, it is kept as long as the page is open.
const memory = new Map();

/** @returns The value, or null. */
export function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? JSON.stringify(memory.get(key) ?? null));
  } catch {
    return memory.get(key) ?? null;
  }
}

/** Keeps a value; null removes it. */
export function keep(key, value) {
  try {
    if (value === null) {
      memory.delete(key);
      localStorage.removeItem(key);
    } else {
      localStorage.setItem(key, JSON.stringify(value));
    }
  } catch {
    memory.set(key, value);
  }
}

/** Removes all that a user wrote and did not send. */
export function forgetDrafts(user) {
  try {
    Object.keys(localStorage).filter((key) => key.startsWith(`draft:${user}:`)).forEach((key) => localStorage.removeItem(key));
    sessionStorage.removeItem(`outbox:${user}`);
  } catch {
    // There is nothing.
  }

  memory.clear();
}
