using Godzilla.Presence.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Godzilla.Chat.Presence;

/// <summary>Presence's calls, each with a deadline. Any of them throws <see cref="RpcException"/> when Presence is out of reach.</summary>
internal sealed class PresenceClient(PresenceService.PresenceServiceClient client, IOptions<PresenceOptions> options, TimeProvider time)
{
    private static readonly Empty Nothing = new();

    public async Task<IReadOnlyList<string>> ConnectedAsync(string username, string connectionId, CancellationToken cancellationToken) =>
        (await client.UserConnectedAsync(
            new UserRequest { Username = username, ConnectionId = connectionId }, Options(cancellationToken))).Usernames;

    public async Task DisconnectedAsync(string username, string connectionId, CancellationToken cancellationToken) =>
        await client.UserDisconnectedAsync(
            new UserRequest { Username = username, ConnectionId = connectionId }, Options(cancellationToken));

    public async Task<IReadOnlyList<string>> RenewAsync(
        IEnumerable<(string ConnectionId, string Username)> connections, CancellationToken cancellationToken)
    {
        var request = new RenewLeasesRequest();
        request.Connections.AddRange(connections.Select(connection =>
            new UserRequest { Username = connection.Username, ConnectionId = connection.ConnectionId }));
        return (await client.RenewLeasesAsync(request, Options(cancellationToken))).Usernames;
    }

    public async Task<IReadOnlyList<string>> GetOnlineAsync(CancellationToken cancellationToken) =>
        (await client.GetOnlineUsersAsync(Nothing, Options(cancellationToken))).Usernames;

    public async Task<IReadOnlyList<string>> GetTypingAsync(CancellationToken cancellationToken) =>
        (await client.GetTypingUsersAsync(Nothing, Options(cancellationToken))).Usernames;

    public async Task<IReadOnlyList<string>> GetTypingInAsync(string discussionId, CancellationToken cancellationToken) =>
        (await client.GetTypingUsersInAsync(
            new DiscussionRequest { DiscussionId = discussionId }, Options(cancellationToken))).Usernames;

    public async Task SetTypingAsync(string username, string discussionId, bool isTyping, CancellationToken cancellationToken) =>
        await client.SetTypingAsync(
            new SetTypingRequest { Username = username, DiscussionId = discussionId, IsTyping = isTyping }, Options(cancellationToken));

    private CallOptions Options(CancellationToken cancellationToken) =>
        new(deadline: time.GetUtcNow().UtcDateTime + options.Value.Deadline, cancellationToken: cancellationToken);
}
