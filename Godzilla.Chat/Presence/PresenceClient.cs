using Godzilla.Presence.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Godzilla.Chat.Presence;

/// <summary>Presence's calls, each with a deadline. Any of them throws <see cref="RpcException"/> when Presence is out of reach.</summary>
internal sealed class PresenceClient(PresenceService.PresenceServiceClient client, IOptions<PresenceOptions> options, TimeProvider time)
{
    private static readonly Empty Nothing = new();

    public async Task<IReadOnlyList<string>> ConnectedAsync(string username, string connectionId, CancellationToken cancellationToken) =>
        (await AnswerAsync(client.UserConnectedAsync(
            new UserRequest { Username = username, ConnectionId = connectionId }, Options(cancellationToken)), cancellationToken)).Usernames;

    public async Task DisconnectedAsync(string username, string connectionId, CancellationToken cancellationToken) =>
        await AnswerAsync(client.UserDisconnectedAsync(
            new UserRequest { Username = username, ConnectionId = connectionId }, Options(cancellationToken)), cancellationToken);

    public async Task<IReadOnlyList<string>> RenewAsync(
        IEnumerable<(string ConnectionId, string Username)> connections, CancellationToken cancellationToken)
    {
        var request = new RenewLeasesRequest();
        request.Connections.AddRange(connections.Select(connection =>
            new UserRequest { Username = connection.Username, ConnectionId = connection.ConnectionId }));
        return (await AnswerAsync(client.RenewLeasesAsync(request, Options(cancellationToken)), cancellationToken)).Usernames;
    }

    public async Task<IReadOnlyList<string>> GetOnlineAsync(CancellationToken cancellationToken) =>
        (await AnswerAsync(client.GetOnlineUsersAsync(Nothing, Options(cancellationToken)), cancellationToken)).Usernames;

    public async Task<IReadOnlyList<string>> GetTypingAsync(CancellationToken cancellationToken) =>
        (await AnswerAsync(client.GetTypingUsersAsync(Nothing, Options(cancellationToken)), cancellationToken)).Usernames;

    public async Task<IReadOnlyList<string>> GetTypingInAsync(string discussionId, CancellationToken cancellationToken) =>
        (await AnswerAsync(client.GetTypingUsersInAsync(
            new DiscussionRequest { DiscussionId = discussionId }, Options(cancellationToken)), cancellationToken)).Usernames;

    public async Task SetTypingAsync(string username, string discussionId, bool isTyping, CancellationToken cancellationToken) =>
        await AnswerAsync(client.SetTypingAsync(
            new SetTypingRequest { Username = username, DiscussionId = discussionId, IsTyping = isTyping }, Options(cancellationToken)), cancellationToken);

    // Whoever gave up is told so as everywhere in .NET; gRPC would make a failure of Presence of it.
    private static async Task<T> AnswerAsync<T>(AsyncUnaryCall<T> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call;
        }
        catch (RpcException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
    }

    private CallOptions Options(CancellationToken cancellationToken) =>
        new(deadline: time.GetUtcNow().UtcDateTime + options.Value.Deadline, cancellationToken: cancellationToken);
}
