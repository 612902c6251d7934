using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A line of a resource's log.</summary>
/// <param name="LineNumber">Its number, from 1.</param>
/// <param name="Content">Its text, after the time at which it was read.</param>
/// <param name="IsErrorMessage">Whether it was written to the standard error stream.</param>
public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);

/// <summary>A line, as it was written.</summary>
internal sealed class WrittenLine(string resourceId, string text, bool isError) : EventArgs
{
    public string ResourceId { get; } = resourceId;

    public string Text { get; } = text;

    public bool IsError { get; } = isError;
}

/// <summary>Keeps the log of every resource.</summary>
public class ResourceLoggerService : IDisposable
{
    private readonly ConcurrentDictionary<string, ResourceLog> _logs = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Something was written.</summary>
    internal event EventHandler<WrittenLine>? Written;

    /// <summary>Gets a logger whose lines are part of a resource's log.</summary>
    public ILogger GetLogger(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return new LogOf(this, IdsOf(resource));
    }

    /// <summary>Reads the log of a resource from its beginning, and goes on until the application has stopped.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return Log(IdsOf(resource)[0]).ReadAsync(follow: true);
    }

    /// <summary>Reads the log of a resource from its beginning, and goes on until the application has stopped.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName) => Log(resourceName).ReadAsync(follow: true);

    /// <summary>Reads what a resource has written so far.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return Log(IdsOf(resource)[0]).ReadAsync(follow: false);
    }

    /// <summary>Reads what a resource has written so far.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(string resourceName) => Log(resourceName).ReadAsync(follow: false);

    /// <inheritdoc />
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        foreach (var log in _logs.Values)
        {
            log.Complete();
        }
    }

    internal void Write(string resourceId, string text, bool isError)
    {
        Log(resourceId).Add(text, isError);
        Written?.Invoke(this, new WrittenLine(resourceId, text, isError));
    }

    /// <summary>The last lines that a resource wrote, without their times.</summary>
    internal string[] LastLines(string resourceId, int count) => Log(resourceId).Last(count);

    private static IReadOnlyList<string> IdsOf(IResource resource) =>
        resource.TryGetLastAnnotation<Orchestration.InstancesAnnotation>(out var instances) ? instances.Ids : [resource.Name];

    private ResourceLog Log(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);

        // A resource with one instance can be named by its name.
        if (!_logs.ContainsKey(id))
        {
            string[] instances = [.. _logs.Keys.Where(k => Orchestration.InstancesAnnotation.IsInstanceOf(k, id))];
            if (instances is [var only])
            {
                return _logs[only];
            }
        }

        return _logs.GetOrAdd(id, _ => new ResourceLog());
    }

    private sealed class LogOf(ResourceLoggerService service, IReadOnlyList<string> ids) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var text = exception is null ? formatter(state, exception) : $"{formatter(state, exception)} {exception.Message}";
            foreach (var id in ids)
            {
                service.Write(id, text, logLevel >= LogLevel.Error);
            }
        }
    }

    private sealed class ResourceLog
    {
        // Bounds the memory of an app host whose services write a lot.
        private const int Capacity = 10_000;

        private readonly Lock _lock = new();
        private readonly Queue<(LogLine Line, string Text)> _lines = new();
        private readonly List<Channel<LogLine>> _watchers = [];
        private int _lastNumber;
        private bool _complete;

        public void Add(string text, bool isError)
        {
            lock (_lock)
            {
                var time = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);
                var line = new LogLine(++_lastNumber, $"{time} {text}", isError);
                if (_lines.Count == Capacity)
                {
                    _lines.Dequeue();
                }

                _lines.Enqueue((line, text));
                foreach (var watcher in _watchers)
                {
                    watcher.Writer.TryWrite(line);
                }
            }
        }

        public string[] Last(int count)
        {
            lock (_lock)
            {
                return [.. _lines.TakeLast(count).Select(l => l.Text)];
            }
        }

        public void Complete()
        {
            lock (_lock)
            {
                _complete = true;
                foreach (var watcher in _watchers)
                {
                    watcher.Writer.TryComplete();
                }
            }
        }

        public async IAsyncEnumerable<IReadOnlyList<LogLine>> ReadAsync(bool follow, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            // A watcher that falls far behind loses the oldest lines.
            var channel = Channel.CreateBounded<LogLine>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest });
            LogLine[] backlog;
            lock (_lock)
            {
                backlog = [.. _lines.Select(l => l.Line)];
                if (follow && !_complete)
                {
                    _watchers.Add(channel);
                }
                else
                {
                    channel.Writer.TryComplete();
                }
            }

            try
            {
                if (backlog.Length > 0)
                {
                    yield return backlog;
                }

                while (await channel.Reader.WaitToReadAsync(cancellationToken))
                {
                    var lines = new List<LogLine>();
                    while (channel.Reader.TryRead(out var line))
                    {
                        lines.Add(line);
                    }

                    yield return lines;
                }
            }
            finally
            {
                lock (_lock)
                {
                    _watchers.Remove(channel);
                }
            }
        }
    }
}
