// Uses Presence as the original's server does: by the proto file, without a signature. Writes what it gets as one JSON object a line.
// Environment: ADDRESS (host:port), PROTO (the file), USERNAME.
import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";

const { ADDRESS, PROTO, USERNAME: username } = process.env;
const { presence } = grpc.loadPackageDefinition(loader.loadSync(PROTO, { keepCase: true, longs: Number, defaults: true }));
const client = new presence.PresenceService(ADDRESS, grpc.credentials.createInsecure());
const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const call = (method, request) =>
  new Promise((resolve) =>
    client[method](request, { deadline: Date.now() + 10_000 }, (error, answer) =>
      resolve(error ? { code: error.code, details: error.details } : answer)));

for (const [method, request] of [
  ["UserConnected", { username }],
  ["UserConnected", { username }],
  ["SetTyping", { username, is_typing: true }],
  ["GetTypingUsers", {}],
  ["UserDisconnected", { username }],
  ["GetOnlineUsers", {}],
  ["SetTyping", { username, is_typing: false }],
  ["GetTypingUsers", {}],
  ["SetTyping", { username, is_typing: true }],
  ["UserDisconnected", { username }],
  ["GetOnlineUsers", {}],
  ["GetTypingUsers", {}],
  ["UserDisconnected", { username: "nobody" }],
  ["UserConnected", { username: "" }],
]) {
  say({ method, answer: await call(method, request) });
}
client.close();
