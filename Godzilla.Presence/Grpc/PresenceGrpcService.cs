using Godzilla.Presence.Leases;
using Godzilla.Presence.Typing;
using Godzilla.Presence.V1;
using Grpc.Core;

namespace Godzilla.Presence.Grpc;

/// <summary><c>presence.PresenceService</c> of proto/presence.proto.</summary>
internal sealed class PresenceGrpcService(OnlineUsers online, TypingUsers typing) : PresenceService.PresenceServiceBase
{
    private const int MaxNameLength = 128;
    private const int MaxRenewals = 1000;

    public override async Task<OnlineUsersResponse> UserConnected(UserRequest request, ServerCallContext context)
    {
        Check(request);
        return Online(await online.ConnectAsync(request.Username, request.ConnectionId, context.CancellationToken));
    }

    public override async Task<Empty> UserDisconnected(UserRequest request, ServerCallContext context)
    {
        Check(request);
        await online.DisconnectAsync(request.Username, request.ConnectionId, context.CancellationToken);
        if (!(await online.ListAsync(context.CancellationToken)).Contains(request.Username))
        {
            await typing.ClearAsync(request.Username, context.CancellationToken);
        }

        return new Empty();
    }

    public override async Task<Empty> SetTyping(SetTypingRequest request, ServerCallContext context)
    {
        CheckName("username", request.Username);
        CheckId("discussion_id", request.DiscussionId);
        await typing.SetAsync(request.Username, request.DiscussionId, request.IsTyping, context.CancellationToken);
        return new Empty();
    }

    public override async Task<OnlineUsersResponse> GetOnlineUsers(Empty request, ServerCallContext context) =>
        Online(await online.ListAsync(context.CancellationToken));

    public override async Task<TypingUsersResponse> GetTypingUsers(Empty request, ServerCallContext context) =>
        Typing(await typing.ListAsync(discussionId: null, context.CancellationToken));

    public override async Task<TypingUsersResponse> GetTypingUsersIn(DiscussionRequest request, ServerCallContext context)
    {
        CheckName("discussion_id", request.DiscussionId);
        return Typing(await typing.ListAsync(request.DiscussionId, context.CancellationToken));
    }

    public override async Task<OnlineUsersResponse> RenewLeases(RenewLeasesRequest request, ServerCallContext context)
    {
        if (request.Connections.Count is 0 or > MaxRenewals)
        {
            throw Invalid($"connections must be 1 to {MaxRenewals}");
        }

        foreach (var connection in request.Connections)
        {
            Check(connection);
            CheckName("connection_id", connection.ConnectionId);
        }

        return Online(await online.RenewAsync(
            [.. request.Connections.Select(connection => (connection.Username, connection.ConnectionId))],
            context.CancellationToken));
    }

    private static OnlineUsersResponse Online(string[] usernames) => new() { Usernames = { usernames } };

    private static TypingUsersResponse Typing(string[] usernames) => new() { Usernames = { usernames } };

    private static void Check(UserRequest request)
    {
        CheckName("username", request.Username);
        CheckId("connection_id", request.ConnectionId);

        // OnlineUsers stores connections without an id under such names.
        if (request.ConnectionId.StartsWith('~'))
        {
            throw Invalid("connection_id must not begin with ~");
        }
    }

    private static void CheckName(string field, string value)
    {
        if (value.Length == 0)
        {
            throw Invalid($"{field} is required");
        }

        CheckId(field, value);
    }

    // Redis set members join a name and an id with a space.
    private static void CheckId(string field, string value)
    {
        if (value.Length > MaxNameLength || value.Any(character => char.IsWhiteSpace(character) || char.IsControl(character)))
        {
            throw Invalid($"{field} must be at most {MaxNameLength} characters without white space");
        }
    }

    private static RpcException Invalid(string detail) => new(new Status(StatusCode.InvalidArgument, detail));
}
