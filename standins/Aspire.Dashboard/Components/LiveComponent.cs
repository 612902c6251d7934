using Microsoft.AspNetCore.Components;

namespace Aspire.Dashboard.Components;

/// <summary>A component that shows what changes by itself. However often it changes, it is drawn a few times a second.</summary>
public abstract class LiveComponent : ComponentBase, IDisposable
{
    private static readonly TimeSpan DrawAtMostEvery = TimeSpan.FromMilliseconds(250);

    private readonly List<IDisposable> _subscriptions = [];
    private readonly CancellationTokenSource _ending = new();
    private int _isPending;

    /// <summary>Cancelled when the page is left.</summary>
    protected CancellationToken Ending => _ending.Token;

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Dispose(disposing: true);
    }

    /// <summary>Draws again when something is raised.</summary>
    private protected void DrawOn(Signal signal) => _subscriptions.Add(signal.Subscribe(RequestDraw));

    /// <summary>Draws again as time passes.</summary>
    private protected void DrawEvery(TimeSpan period) => _subscriptions.Add(new Timer(_ => RequestDraw(), null, period, period));

    /// <summary>Called before it is drawn because something has changed.</summary>
    protected virtual Task RefreshAsync() => Task.CompletedTask;

    protected virtual void Dispose(bool disposing)
    {
        if (disposing && !_ending.IsCancellationRequested)
        {
            _subscriptions.ForEach(s => s.Dispose());
            _ending.Cancel();
            _ending.Dispose();
        }
    }

    protected void RequestDraw()
    {
        if (Interlocked.Exchange(ref _isPending, 1) == 0)
        {
            _ = DrawAsync();
        }
    }

    private async Task DrawAsync()
    {
        await Task.Delay(DrawAtMostEvery);
        Interlocked.Exchange(ref _isPending, 0);
        if (!_ending.IsCancellationRequested)
        {
            await InvokeAsync(async () =>
            {
                if (!_ending.IsCancellationRequested)
                {
                    await RefreshAsync();
                    StateHasChanged();
                }
            });
        }
    }
}
