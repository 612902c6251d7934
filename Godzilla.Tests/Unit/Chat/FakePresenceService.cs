using System.Collections.Concurrent;
using System.Threading.Channels;
using Godzilla.Presence.V1;
using Grpc.Core;

namespace Godzilla.Tests.Unit.Chat;

/// <summary>Presence's answers, streams and outages, as a test sets them.</summary>
internal sealed class FakePresenceService : PresenceService.PresenceServiceClient
{
    private readonly ConcurrentQueue<UpdateLeasesRequest> _updates = new();
    private readonly ConcurrentQueue<SetTypingRequest> _typing = new();
    private readonly ConcurrentQueue<long> _watches = new();
    private volatile Channel<WatchResponse> _stream = Channel.CreateUnbounded<WatchResponse>();
    private long _version;

    public volatile bool IsAway;

    /// <summary>What it answers to the next update instead.</summary>
    public StatusCode? Refusal { get; set; }

    /// <summary>Until it completes, updates are not answered.</summary>
    public Task Pause { get; set; } = Task.CompletedTask;

    /// <summary>The updates that were accepted.</summary>
    public IReadOnlyList<UpdateLeasesRequest> Updates => [.. _updates];

    public IReadOnlyList<SetTypingRequest> Typing => [.. _typing];

    /// <summary>From which versions it was watched.</summary>
    public IReadOnlyList<long> Watches => [.. _watches];

    /// <summary>Says something on the stream that is open, or on the next one.</summary>
    public void Say(WatchResponse message)
    {
        Interlocked.Exchange(ref _version, message.Version);
        _stream.Writer.TryWrite(message);
    }

    /// <summary>Breaks the stream; the next one is another.</summary>
    public void Break()
    {
        var broken = _stream;
        _stream = Channel.CreateUnbounded<WatchResponse>();
        broken.Writer.TryComplete(Away());
    }

    public override AsyncUnaryCall<Empty> SetTypingAsync(SetTypingRequest request, CallOptions options)
    {
        if (!IsAway)
        {
            _typing.Enqueue(request);
        }

        return Answer(Task.FromResult(new Empty()));
    }

    public override AsyncUnaryCall<UpdateLeasesResponse> UpdateLeasesAsync(UpdateLeasesRequest request, CallOptions options) =>
        Answer(UpdateAsync(request));

    public override AsyncServerStreamingCall<WatchResponse> Watch(WatchRequest request, CallOptions options)
    {
        _watches.Enqueue(request.FromVersion);
        return new(
            new Reader(_stream.Reader, IsAway), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
    }

    private async Task<UpdateLeasesResponse> UpdateAsync(UpdateLeasesRequest request)
    {
        await Pause;
        if (IsAway)
        {
            throw Away();
        }

        if (Refusal is { } refusal)
        {
            Refusal = null;
            throw new RpcException(new Status(refusal, "refused"));
        }

        _updates.Enqueue(request);
        return new UpdateLeasesResponse { Version = Interlocked.Read(ref _version) };
    }

    private AsyncUnaryCall<T> Answer<T>(Task<T> answer) => new(
        IsAway ? Task.FromException<T>(Away()) : answer, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

    private static RpcException Away() => new(new Status(StatusCode.Unavailable, "away"));

    private sealed class Reader(ChannelReader<WatchResponse> stream, bool isAway) : IAsyncStreamReader<WatchResponse>
    {
        public WatchResponse Current { get; private set; } = new();

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (isAway)
            {
                throw Away();
            }

            // A stream that breaks throws what it was broken with.
            if (!await stream.WaitToReadAsync(cancellationToken) || !stream.TryRead(out var message))
            {
                return false;
            }

            Current = message;
            return true;
        }
    }
}
