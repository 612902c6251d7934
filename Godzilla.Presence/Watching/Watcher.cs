using System.Threading.Channels;
using Godzilla.Presence.Grpc;
using Grpc.Core;

namespace Godzilla.Presence.Watching;

/// <summary>One stream of changes. Past its bound it is cut off: it can watch again from where it was.</summary>
internal sealed class Watcher : IDisposable
{
    private readonly Channel<Encoded> _waiting;
    private readonly CancellationTokenSource _ended = new();

    public Watcher(int bound) => _waiting = Channel.CreateBounded<Encoded>(new BoundedChannelOptions(bound) { SingleReader = true });

    /// <summary>Why it was ended from this side; <see langword="null"/> while it was not.</summary>
    public Status? End { get; private set; }

    /// <returns><see langword="false"/> if it has ended.</returns>
    public bool TryTell(Encoded message)
    {
        if (_waiting.Writer.TryWrite(message))
        {
            return true;
        }

        Stop(new Status(StatusCode.ResourceExhausted, "The stream is read too slowly: watch again from the last version"));
        return false;
    }

    /// <summary>Ends the stream with a status, also while it waits for its reader.</summary>
    public void Stop(Status status)
    {
        End ??= status;
        if (_waiting.Writer.TryComplete())
        {
            // Not here: who waits would go on under the caller's lock.
            _ = _ended.CancelAsync();
        }
    }

    /// <summary>Passes on what comes until an end.</summary>
    /// <exception cref="RpcException">It was ended from this side.</exception>
    public async Task RunAsync(Func<Encoded, CancellationToken, Task> tellAsync, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token, cancellationToken);
        try
        {
            await foreach (var message in _waiting.Reader.ReadAllAsync(either.Token))
            {
                await tellAsync(message, either.Token);
            }
        }
        catch (Exception) when (End is not null && !cancellationToken.IsCancellationRequested)
        {
            // Said below.
        }

        if (End is { } end)
        {
            throw new RpcException(end);
        }
    }

    public void Dispose()
    {
        _waiting.Writer.TryComplete();
        _ended.Dispose();
    }
}
