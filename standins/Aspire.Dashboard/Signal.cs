using System.Collections.Concurrent;

namespace Aspire.Dashboard;

/// <summary>Tells pages that something has changed.</summary>
internal sealed class Signal
{
    private readonly ConcurrentDictionary<Subscription, Action> _handlers = new();

    public void Raise()
    {
        foreach (var (_, handler) in _handlers)
        {
            handler();
        }
    }

    /// <summary>Calls <paramref name="handler"/>, which must be quick, until the result is disposed of.</summary>
    public IDisposable Subscribe(Action handler)
    {
        var subscription = new Subscription(this);
        _handlers[subscription] = handler;
        return subscription;
    }

    private sealed class Subscription(Signal signal) : IDisposable
    {
        public void Dispose() => signal._handlers.TryRemove(this, out _);
    }
}
