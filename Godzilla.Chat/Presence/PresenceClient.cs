using Godzilla.Presence.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Godzilla.Chat.Presence;

/// <summary>Presence's calls, each with a deadline. Any of them throws <see cref="RpcException"/> when Presence is out of reach.</summary>
internal sealed class PresenceClient(PresenceService.PresenceServiceClient client, IOptions<PresenceOptions> options, TimeProvider time)
{
    // gRPC's balancer says this when it has no replica to choose and none of them said why.
    private const string NoReason = "Unknown error.";

    private static readonly Empty Nothing = new();

    /// <summary>Begins, renews and ends leases.</summary>
    /// <returns>The version from which on a watch knows of them.</returns>
    public async Task<long> UpdateAsync(UpdateLeasesRequest request, CancellationToken cancellationToken) =>
        (await AnswerAsync(client.UpdateLeasesAsync(request, Options(cancellationToken)), cancellationToken)).Version;

    public async Task<IReadOnlyList<string>> GetOnlineAsync(CancellationToken cancellationToken) =>
        (await AnswerAsync(client.GetOnlineUsersAsync(Nothing, Options(cancellationToken)), cancellationToken)).Usernames;

    public async Task<IReadOnlyList<string>> GetTypingAsync(CancellationToken cancellationToken) =>
        (await AnswerAsync(client.GetTypingUsersAsync(Nothing, Options(cancellationToken)), cancellationToken)).Usernames;

    /// <summary>What is known of 1 to 100 users, in their order.</summary>
    public async Task<IReadOnlyList<UserStatus>> GetUsersAsync(IEnumerable<string> usernames, CancellationToken cancellationToken) =>
        (await AnswerAsync(client.GetUsersAsync(new GetUsersRequest { Usernames = { usernames } }, Options(cancellationToken)), cancellationToken)).Users;

    public async Task SetTypingAsync(string username, string discussionId, bool isTyping, CancellationToken cancellationToken) =>
        await AnswerAsync(client.SetTypingAsync(
            new SetTypingRequest { Username = username, DiscussionId = discussionId, IsTyping = isTyping }, Options(cancellationToken)), cancellationToken);

    /// <summary>Begins a stream of changes. It has no deadline: the caller ends it when it is silent.</summary>
    public AsyncServerStreamingCall<WatchResponse> Watch(long fromVersion, CancellationToken cancellationToken) =>
        client.Watch(new WatchRequest { FromVersion = fromVersion }, new CallOptions(cancellationToken: cancellationToken));

    /// <summary>Whether an error means that Presence is out of reach, so that trying again can help.</summary>
    public static bool IsOutage(RpcException exception) =>
        exception.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded || exception.Status is { StatusCode: StatusCode.Internal, Detail: NoReason };

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
