// What the original's chat does (Fastify, Socket.IO over WebSocket alone, one room, nothing stored), with presence in this process instead of
// behind a call.
import fastify from "fastify";
import { Server } from "socket.io";

const connections = new Map();
const typing = new Map();
const online = () => [...connections.keys()].sort();
const typists = () => {
  for (const [user, since] of typing) if (Date.now() - since > 8000) typing.delete(user);
  return [...typing.keys()].sort();
};

const app = fastify();
app.get("/health", async () => ({ status: "ok", service: "chat" }));
app.get("/presence/online", async () => ({ online: online() }));
app.get("/presence/typing", async () => ({ typing: typists() }));

const io = new Server(app.server, { transports: ["websocket"], pingInterval: 10000, pingTimeout: 5000, cors: { origin: "*" } });
io.use((socket, next) => {
  socket.data.user = socket.handshake.auth.username ?? socket.handshake.headers["x-authenticated-user"];
  next(socket.data.user ? undefined : new Error("Authentication required"));
});
io.on("connection", (socket) => {
  const { user } = socket.data;
  connections.set(user, (connections.get(user) ?? 0) + 1);
  socket.emit("welcome", { message: `Welcome ${user}!`, username: user, timestamp: new Date().toISOString() });
  io.emit("presence", { online: online() });
  socket.on("message", (data) => {
    if (typeof data?.text !== "string" || data.text === "") return;
    socket.broadcast.emit("message", { from: user, data, timestamp: new Date().toISOString() });
  });
  socket.on("typing", (data) => {
    if (data?.isTyping) typing.set(user, Date.now());
    else typing.delete(user);
    socket.broadcast.emit("typing", { users: typists() });
  });
  socket.on("disconnect", () => {
    const left = connections.get(user) - 1;
    if (left > 0) connections.set(user, left);
    else {
      connections.delete(user);
      typing.delete(user);
    }
    io.emit("presence", { online: online() });
    io.emit("typing", { users: typists() });
  });
});
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
