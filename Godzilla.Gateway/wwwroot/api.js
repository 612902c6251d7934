// The gateway's HTTP routes. The session is a cookie that no script can read.

const LONGEST_WAIT = 10; // Seconds that a reading request waits for a server that said when to come back.

/** The server refused something, or did not answer. The message is for a person. */
export class ApiError extends Error {
  constructor(message, status = 0, retryAfter = null) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** Called when the session turns out to be over. */
export const session = { onended: () => {} };

/**
 * Sends a request.
 * @returns {Promise<{body: object, next: string|null}>} The answer, and where the next page is.
 * @throws {ApiError} It was refused (status), or nobody answered (status 0).
 */
async function send(method, path, body) {
  for (let waited = 0; ;) {
    let response;
    try {
      response = await fetch(path, {
        method,
        headers: body === undefined ? {} : { "Content-Type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
        credentials: "same-origin",
      });
    } catch {
      throw new ApiError("", 0);
    }

    if (response.ok) {
      return { body: await response.json(), next: /^<([^>]+)>/.exec(response.headers.get("Link") ?? "")?.[1] ?? null };
    }

    const retryAfter = Number.parseInt(response.headers.get("Retry-After") ?? "", 10) || null;
    if (method === "GET" && retryAfter && waited + retryAfter <= LONGEST_WAIT) {
      waited += retryAfter;
      await new Promise((resolve) => setTimeout(resolve, retryAfter * 1000));
      continue;
    }

    const error = await response.json().catch(() => ({}));
    if (response.status === 401 && path !== "/user/login") {
      session.onended();
    }

    throw new ApiError(error.message ?? response.statusText, response.status, retryAfter);
  }
}

const ask = async (method, path, body) => (await send(method, path, body)).body;
const part = encodeURIComponent;

export const api = {
  register: (username, password, invitation) => ask("POST", "/user/register", { username, password, ...(invitation ? { invitation } : {}) }),
  signIn: (username, password, remember, newPassword) =>
    ask("POST", "/user/login", { username, password, remember, ...(newPassword ? { new_password: newPassword } : {}) }),
  signOut: () => ask("POST", "/user/logout"),

  me: () => ask("GET", "/user/me"),
  setDisplayName: (name) => ask("PATCH", "/user/me", { display_name: name }),
  setPassword: (current, next) => ask("POST", "/user/password", { current_password: current, new_password: next }),
  deleteAccount: (password) => ask("DELETE", "/user/me", { password }),
  names: async (users) => (await ask("GET", `/users?${users.map((user) => `name=${part(user)}`).join("&")}`)).users,
  sessions: async () => (await ask("GET", "/user/sessions")).sessions,
  endSession: (id) => ask("DELETE", `/user/sessions/${part(id)}`),
  endOtherSessions: () => ask("DELETE", "/user/sessions"),
  keys: async () => (await ask("GET", "/user/keys")).keys,
  createKey: (name, scopes) => ask("POST", "/user/keys", { name, scopes }),
  deleteKey: (id) => ask("DELETE", `/user/keys/${part(id)}`),
  usage: (from, to) => ask("GET", `/user/usage?from=${from}&to=${to}&group=day`),

  /** All discussions, page by page. */
  async discussions() {
    const all = [];
    for (let path = "/discussion?limit=100"; path;) {
      const page = await send("GET", path);
      all.push(...page.body);
      path = page.next;
    }

    return all;
  },
  discussion: (id) => ask("GET", `/discussion/${part(id)}`),
  create: (users, title) => ask("POST", "/discussion", { users, title: title || null }),
  change: (id, settings) => ask("PATCH", `/discussion/${part(id)}`, settings),
  deleteDiscussion: (id) => ask("DELETE", `/discussion/${part(id)}`),
  invite: (id, users) => ask("POST", `/discussion/${part(id)}/members`, { users }),
  remove: (id, user) => ask("DELETE", `/discussion/${part(id)}/members/${part(user)}`),
  read: async (id) => (await ask("GET", `/discussion/${part(id)}/read`)).seq,
  markRead: (id, seq) => ask("PUT", `/discussion/${part(id)}/read`, { seq }),
  messages: (id, limit, cursor) => ask("GET", `/discussion/${part(id)}/messages?limit=${limit}${cursor ? `&cursor=${part(cursor)}` : ""}`),
  seen: async (users) => (await ask("GET", `/presence/users?${users.map((user) => `name=${part(user)}`).join("&")}`)).users,
};
