// Talks in a discussion with the npm package, writes what it sees as one JSON object a line, and ends when the server closes it.
// Environment: HUB_URL, AUTH_TOKEN, DISCUSSION.
import * as signalR from "@microsoft/signalr";

const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const { HUB_URL, AUTH_TOKEN, DISCUSSION } = process.env;

const connection = new signalR.HubConnectionBuilder()
  .withUrl(HUB_URL, { headers: { Cookie: `auth_token=${AUTH_TOKEN}` } })
  .configureLogging(signalR.LogLevel.None)
  .build();
for (const name of ["welcome", "message", "presence", "presence_changed", "typing"]) {
  connection.on(name, (...args) => say({ event: name, args }));
}
connection.onclose((error) => say({ closed: error ? String(error.message) : "" }));

await connection.start();
say({ receipt: await connection.invoke("Send", DISCUSSION, "from npm", "npm-1") });
await connection.invoke("SetTyping", DISCUSSION, true);
try {
  await connection.invoke("Send", "0123456789abcdef01234567", "nowhere", null);
} catch (error) {
  say({ refused: String(error.message) });
}
