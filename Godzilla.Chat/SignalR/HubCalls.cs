namespace Godzilla.Chat.SignalR;

/// <summary>
/// The hub calls in hand. SignalR closes connections without waiting for them, so the service waits before it ends: what was sent is stored,
/// and nothing is disposed of under a call.
/// </summary>
internal sealed class HubCalls : IHostedService
{
    private readonly TaskCompletionSource _none = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Until the service ends it counts as a call.
    private int _count = 1;

    public void Begin() => Interlocked.Increment(ref _count);

    public void End()
    {
        if (Interlocked.Decrement(ref _count) == 0)
        {
            _none.TrySetResult();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // The web server has stopped before, so no call begins.
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        End();
        await _none.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
