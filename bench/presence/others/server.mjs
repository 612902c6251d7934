// The same with @grpc/grpc-js.
import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";

const { presence } = grpc.loadPackageDefinition(loader.loadSync("presence.proto", { keepCase: true }));
const connections = new Map();
const typing = new Map();
const online = () => ({ usernames: [...connections.keys()].sort() });

const server = new grpc.Server();
server.addService(presence.PresenceService.service, {
  UserConnected({ request }, answer) {
    connections.set(request.username, (connections.get(request.username) ?? 0) + 1);
    answer(null, online());
  },
  SetTyping({ request }, answer) {
    if (request.is_typing) typing.set(request.username, Date.now());
    else typing.delete(request.username);
    answer(null, {});
  },
  GetOnlineUsers(_, answer) {
    answer(null, online());
  },
});
server.bindAsync(`127.0.0.1:${process.env.PORT}`, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
});
