using Godzilla.Presence.Leases;
using Godzilla.Presence.V1;
using Godzilla.Presence.Watching;
using Grpc.Core;

namespace Godzilla.Presence.Grpc;

/// <summary>Checks requests and translates answers. Reads come from the image; writes are one round trip to the store for all who write at once.</summary>
internal sealed class PresenceGrpcService(PresenceImage image, LeaseWriter writer, PresenceStore store) : PresenceContract
{
    private const int MaxLeases = 1000;
    private const int MaxUsers = 100;
    private static readonly Empty Done = new();
    private static readonly Task<Empty> DoneTask = Task.FromResult(Done);

    public override async Task<Encoded> UserConnected(UserRequest request, ServerCallContext context)
    {
        Check(request);
        await writer.WriteAsync(Operation.Hold(request.Username, request.ConnectionId));
        return await GetOnlineUsers(Done, context);
    }

    public override Task<Empty> UserDisconnected(UserRequest request, ServerCallContext context)
    {
        Check(request);
        return AfterAsync(writer.WriteAsync(Operation.End(request.Username, request.ConnectionId)));
    }

    public override Task<Empty> SetTyping(SetTypingRequest request, ServerCallContext context)
    {
        CheckName("username", request.Username);
        CheckId("discussion_id", request.DiscussionId);
        var isKnown = request.IsTyping && image.IsCurrent && image.IsTyping(request.Username, request.DiscussionId);
        var written = writer.WriteAsync(Operation.Typing(request.Username, request.DiscussionId, request.IsTyping));

        // To go on typing changes nothing for anybody but its end, so nobody waits for that.
        return isKnown && !written.IsFaulted ? DoneTask : AfterAsync(written);
    }

    public override Task<Encoded> GetOnlineUsers(Empty request, ServerCallContext context) =>
        image.IsCurrent ? image.Online().Task : WhenCurrentAsync(() => image.Online());

    public override Task<Encoded> GetTypingUsers(Empty request, ServerCallContext context) =>
        image.IsCurrent ? image.Typing().Task : WhenCurrentAsync(() => image.Typing());

    public override Task<TypingUsersResponse> GetTypingUsersIn(DiscussionRequest request, ServerCallContext context)
    {
        CheckName("discussion_id", request.DiscussionId);
        return WhenCurrentAsync(() => new TypingUsersResponse { Usernames = { image.TypingIn(request.DiscussionId) } });
    }

    public override async Task<UpdateLeasesResponse> UpdateLeases(UpdateLeasesRequest request, ServerCallContext context)
    {
        if (request.Held.Count + request.Ended.Count is 0 or > MaxLeases)
        {
            throw Invalid($"held and ended must be 1 to {MaxLeases} together");
        }

        var response = new UpdateLeasesResponse();
        var operations = new List<Operation>(request.Held.Count + request.Ended.Count);
        foreach (var held in request.Held)
        {
            if (IsAccepted(held, response))
            {
                operations.Add(Operation.Hold(held.Username, held.ConnectionId, held.Active));
            }
        }

        foreach (var ended in request.Ended)
        {
            if (IsAccepted(ended, response))
            {
                operations.Add(Operation.End(ended.Username, ended.ConnectionId));
            }
        }

        response.Version = await writer.WriteAsync([.. operations]);
        return response;
    }

    public override async Task Watch(WatchRequest request, IServerStreamWriter<Encoded> responseStream, ServerCallContext context)
    {
        if (request.FromVersion < 0)
        {
            throw Invalid("from_version must not be negative");
        }

        await image.CurrentAsync();
        var watcher = image.Watch(request.FromVersion);
        try
        {
            await watcher.RunAsync(responseStream.WriteAsync, context.CancellationToken);
        }
        finally
        {
            image.Unwatch(watcher);
        }
    }

    public override async Task<GetUsersResponse> GetUsers(GetUsersRequest request, ServerCallContext context)
    {
        if (request.Usernames.Count is 0 or > MaxUsers)
        {
            throw Invalid($"usernames must be 1 to {MaxUsers}");
        }

        foreach (var username in request.Usernames)
        {
            CheckName("usernames", username);
        }

        var users = await store.FindAsync(request.Usernames, context.CancellationToken);
        return new GetUsersResponse
        {
            Users =
            {
                users.Select(user => new UserStatus
                {
                    Username = user.Username,
                    Online = user.IsOnline,
                    Away = user.IsAway,
                    LastSeen = user.LastSeen,
                }),
            },
        };
    }

    private static async Task<Empty> AfterAsync(Task written)
    {
        await written;
        return Done;
    }

    private async Task<T> WhenCurrentAsync<T>(Func<T> read)
    {
        await image.CurrentAsync();
        return read();
    }

    private static bool IsAccepted(Connection connection, UpdateLeasesResponse response)
    {
        var reason = Names.ErrorOf("username", connection.Username, mayBeEmpty: false)
            ?? Names.ErrorOf("connection_id", connection.ConnectionId, mayBeEmpty: false)
            ?? Names.ErrorOfConnection(connection.ConnectionId);
        if (reason is not null)
        {
            response.Rejected.Add(new Rejection { Connection = connection, Reason = reason });
        }

        return reason is null;
    }

    private static void Check(UserRequest request)
    {
        CheckName("username", request.Username);
        CheckId("connection_id", request.ConnectionId);
        Throw(Names.ErrorOfConnection(request.ConnectionId));
    }

    private static void CheckName(string field, string value) => Throw(Names.ErrorOf(field, value, mayBeEmpty: false));

    private static void CheckId(string field, string value) => Throw(Names.ErrorOf(field, value, mayBeEmpty: true));

    private static void Throw(string? error)
    {
        if (error is not null)
        {
            throw Invalid(error);
        }
    }

    private static RpcException Invalid(string detail) => new(new Status(StatusCode.InvalidArgument, detail));
}
