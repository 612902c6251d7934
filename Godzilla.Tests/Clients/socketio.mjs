// What the original's terminal client does with the npm package: connects with the cookie and over WebSocket alone, reads the welcome, the
// presence, messages and typing, and emits lines and keypresses without acknowledgements. Then what is ours: acknowledgements and
// discussions. Writes what it sees as one JSON object a line. Ends when the server disconnects it.
// Environment: SERVER_URL, AUTH_TOKEN, DISCUSSION.
import { io } from "socket.io-client";

const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const { SERVER_URL, AUTH_TOKEN, DISCUSSION } = process.env;

const socket = io(SERVER_URL, {
  transports: ["websocket"],
  auth: { username: "somebody-else" },
  extraHeaders: { Cookie: `auth_token=${AUTH_TOKEN}` },
  reconnectionDelay: 50,
});
let connects = 0;
socket.on("connect", () => {
  say({ connect: ++connects, recovered: socket.recovered });
});
socket.on("connect_error", (error) => say({ connect_error: error.message }));
socket.on("disconnect", (reason, details) => {
  say({ disconnect: reason, active: socket.active });
});
socket.on("welcome", async (welcome) => {
  say({ welcome });
  if (connects > 1) {
    return;
  }
  socket.emit("typing", { isTyping: true });
  socket.emit("message", { text: `a line of ${welcome.username}` });
  socket.emit("typing", { isTyping: false });
  const ask = (name, argument) => socket.timeout(10000).emitWithAck(name, argument);
  say({ receipt: await ask("message", { text: `acknowledged ${welcome.username}` }) });
  say({ joined: await ask("join", { discussion_id: DISCUSSION }) });
  say({ sent: await ask("send", { discussion_id: DISCUSSION, text: "to the discussion", client_id: "c1" }) });
  say({ again: await ask("send", { discussion_id: DISCUSSION, text: "to the discussion", client_id: "c1" }) });
  say({ history: await ask("history", { discussion_id: DISCUSSION, limit: 10 }) });
  say({ refused: await ask("join", { discussion_id: "0123456789abcdef01234567" }) });
  say({ bytes: await ask("message", { text: Buffer.from("bytes") }) });
  const admin = io(`${SERVER_URL}/admin`, { transports: ["websocket"], extraHeaders: { Cookie: `auth_token=${AUTH_TOKEN}` } });
  admin.on("connect_error", (error) => {
    say({ admin: error.message });
    admin.close();
    say({ ready: true });
  });
});
socket.on("message", (message) => say({ message: { ...message, clock: new Date(message.timestamp).getTime(), line: `${message.from}: ${message.data.text}` } }));
socket.on("presence", (presence) => say({ presence: presence.online }));
socket.on("typing", (typing) => say({ typing: typing.users }));
