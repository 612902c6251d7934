using System.Threading.Channels;

namespace Godzilla.Cli.Chat;

/// <summary>Runs everything that touches the client's state on one thread, one thing after the other, so that nothing there needs a lock.</summary>
internal sealed class Loop : SynchronizationContext
{
    private readonly Channel<(SendOrPostCallback Callback, object? State)> _work =
        Channel.CreateUnbounded<(SendOrPostCallback, object?)>(new UnboundedChannelOptions { SingleReader = true });

    private Loop()
    {
    }

    /// <summary>Runs a function, and what it awaits, on a thread of its own.</summary>
    /// <param name="main">The function. The loop ends with it; what is posted later is dropped.</param>
    /// <returns>Its result.</returns>
    public static Task<T> RunAsync<T>(Func<Loop, Task<T>> main) =>
        Task.Factory.StartNew(() => new Loop().Run(main), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Runs an action on the loop's thread, after what was posted before.</summary>
    public void Post(Action action) => Post(static state => ((Action)state!)(), action);

    public override void Post(SendOrPostCallback d, object? state) => _work.Writer.TryWrite((d, state));

    private T Run<T>(Func<Loop, Task<T>> main)
    {
        SetSynchronizationContext(this);
        var result = main(this);
        _ = result.ContinueWith(_ => _work.Writer.TryComplete(), TaskScheduler.Default);
        while (_work.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_work.Reader.TryRead(out var work))
            {
                work.Callback(work.State);
            }
        }

        return result.GetAwaiter().GetResult();
    }
}
