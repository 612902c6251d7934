// A SignalR client driven over standard input and output, one JSON object a line.
//   in:  {"id":1,"method":"Send","args":[…]}   or {"stop":true}
//   out: {"opened":true} {"event":"message","args":[…]} {"id":1,"result":…} {"id":1,"error":"…"} {"closed":"…"}
// Environment: HUB_URL, AUTH_TOKEN (may be empty).
import * as signalR from "@microsoft/signalr";
import { createInterface } from "node:readline";

const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const token = process.env.AUTH_TOKEN;

const connection = new signalR.HubConnectionBuilder()
  .withUrl(process.env.HUB_URL, { headers: token ? { Cookie: `auth_token=${token}` } : {} })
  .configureLogging(signalR.LogLevel.None)
  .build();

for (const event of ["welcome", "message", "presence", "typing"]) {
  connection.on(event, (...args) => say({ event, args }));
}
connection.onclose((error) => {
  say({ closed: error ? String(error.message) : "" });
  process.exit(0);
});

try {
  await connection.start();
} catch (error) {
  say({ closed: String(error.message), status: error.statusCode ?? null });
  process.exit(0);
}
say({ opened: true });

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, args, stop } = JSON.parse(line);
  if (stop) {
    await connection.stop();
    continue;
  }
  // Not awaited: invocations may overlap.
  connection.invoke(method, ...args).then(
    (result) => say({ id, result: result ?? null }),
    (error) => say({ id, error: String(error.message) }));
}
await connection.stop();
