namespace Grpc.Core;

/// <summary>What all calls have in common: how to ask for headers, status and trailers, and how to end it.</summary>
internal readonly struct CallState
{
    private readonly Func<object, Task<Metadata>> _headers;
    private readonly Func<object, Status> _status;
    private readonly Func<object, Metadata> _trailers;
    private readonly Action<object> _dispose;
    private readonly object _state;

    public CallState(
        Func<object, Task<Metadata>> headers,
        Func<object, Status> status,
        Func<object, Metadata> trailers,
        Action<object> dispose,
        object state)
    {
        (_headers, _status, _trailers, _dispose, _state) = (headers, status, trailers, dispose, state);
    }

    public CallState(Task<Metadata> headers, Func<Status> status, Func<Metadata> trailers, Action dispose)
        : this(
            static state => ((Closure)state).Headers,
            static state => ((Closure)state).Status(),
            static state => ((Closure)state).Trailers(),
            static state => ((Closure)state).Dispose(),
            new Closure(headers, status, trailers, dispose))
    {
    }

    public Task<Metadata> Headers => _headers(_state);

    public Status Status => _status(_state);

    public Metadata Trailers => _trailers(_state);

    public void Dispose() => _dispose(_state);

    private sealed record Closure(Task<Metadata> Headers, Func<Status> Status, Func<Metadata> Trailers, Action Dispose);
}
