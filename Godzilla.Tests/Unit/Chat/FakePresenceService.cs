using Godzilla.Presence.V1;
using Grpc.Core;

namespace Godzilla.Tests.Unit.Chat;

/// <summary>Presence's answers about typing and its outages, as a test sets them.</summary>
internal sealed class FakePresenceService : PresenceService.PresenceServiceClient
{
    private volatile string[] _typing = [];
    private int _asked;

    /// <summary>Who is typing, in whichever discussion.</summary>
    public string[] Typing
    {
        get => _typing;
        set => _typing = value;
    }

    public volatile bool IsAway;

    /// <summary>How often it was asked who is typing.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public override AsyncUnaryCall<Empty> SetTypingAsync(SetTypingRequest request, CallOptions options)
    {
        if (!IsAway)
        {
            Typing = request.IsTyping ? [.. Typing.Append(request.Username).Order(StringComparer.Ordinal)] : [.. Typing.Where(user => user != request.Username)];
        }

        return Answer(new Empty());
    }

    public override AsyncUnaryCall<TypingUsersResponse> GetTypingUsersInAsync(DiscussionRequest request, CallOptions options)
    {
        Interlocked.Increment(ref _asked);
        return Answer(new TypingUsersResponse { Usernames = { Typing } });
    }

    private AsyncUnaryCall<T> Answer<T>(T answer) => new(
        IsAway ? Task.FromException<T>(new RpcException(new Status(StatusCode.Unavailable, "away"))) : Task.FromResult(answer),
        Task.FromResult(new Metadata()),
        () => Status.DefaultSuccess,
        () => [],
        () => { });
}
