using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace Godzilla.Tests;

/// <summary>Follows the logs of all resources of a running app, and keeps what they log as an error or worse.</summary>
[SuppressMessage("Design", "CA1001", Justification = "EndAsync disposes of it.")]
internal sealed partial class ResourceLogs
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    private readonly DistributedApplication _app;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, (string Resource, Task Reader)> _instances = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _lines = new(StringComparer.Ordinal);
    private readonly List<Entry> _errors = [];
    private readonly List<(string Resource, Regex Pattern)> _expected = [];
    private readonly Task _discovery;

    private ResourceLogs(DistributedApplication app)
    {
        _app = app;
        _discovery = DiscoverAsync();
    }

    public static ResourceLogs Follow(DistributedApplication app) => new(app);

    /// <summary>Says that errors of a resource are to be expected.</summary>
    /// <param name="resource">The resource's name.</param>
    /// <param name="pattern">What such an error says.</param>
    public void Expect(string resource, [StringSyntax(StringSyntaxAttribute.Regex)] string pattern)
    {
        lock (_gate)
        {
            _expected.Add((resource, new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))));
        }
    }

    /// <summary>The ids of a resource's replicas; one that is not replicated has one.</summary>
    public IReadOnlyList<string> InstancesOf(string resource)
    {
        lock (_gate)
        {
            return [.. _instances.Where(instance => instance.Value.Resource == resource).Select(instance => instance.Key)];
        }
    }

    /// <summary>Every line so far of a resource, of all its replicas.</summary>
    public IReadOnlyList<string> LinesOf(string resource)
    {
        lock (_gate)
        {
            return _lines.TryGetValue(resource, out var lines) ? [.. lines] : [];
        }
    }

    /// <summary>The errors that no test expected, of all apps that have ended; the last test fails if there are any.</summary>
    public static ConcurrentQueue<string> Unexpected { get; } = new();

    /// <summary>Reads the logs to their ends, once the app is disposed of, and notes the errors that no test expected.</summary>
    public async Task EndAsync()
    {
        _end.CancelAfter(EndLimit);
        await Task.WhenAll(Readers());
        await _end.CancelAsync();
        await Task.WhenAll([_discovery, .. Readers()]);
        _end.Dispose();

        lock (_gate)
        {
            foreach (var error in _errors.Where(error => !_expected.Exists(e => e.Resource == error.Resource && e.Pattern.IsMatch(error.Text.ToString()))))
            {
                Unexpected.Enqueue($"{error.Resource}: {error.Text}");
            }
        }
    }

    private Task[] Readers()
    {
        lock (_gate)
        {
            return [.. _instances.Values.Select(instance => instance.Reader)];
        }
    }

    private async Task DiscoverAsync()
    {
        try
        {
            await foreach (var change in _app.ResourceNotifications.WatchAsync(_end.Token))
            {
                lock (_gate)
                {
                    if (!_instances.ContainsKey(change.ResourceId))
                    {
                        var reader = Task.Run(() => ReadAsync(change.Resource.Name, change.ResourceId));
                        _instances.Add(change.ResourceId, (change.Resource.Name, reader));
                    }
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The app has ended.
        }
    }

    private async Task ReadAsync(string resource, string id)
    {
        try
        {
            var isEntry = false;
            await foreach (var batch in _app.Services.GetRequiredService<ResourceLoggerService>().WatchAsync(id).WithCancellation(_end.Token))
            {
                foreach (var line in batch)
                {
                    isEntry = Add(resource, Colours().Replace(line.Content, ""), line.IsErrorMessage, isEntry);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The app has ended.
        }
    }

    // What follows an error's first line, such as its stack trace, belongs to it.
    private bool Add(string resource, string content, bool isErrorStream, bool isEntry)
    {
        lock (_gate)
        {
            if (!_lines.TryGetValue(resource, out var lines))
            {
                _lines.Add(resource, lines = []);
            }

            lines.Add(content);
            if (isEntry && !EntryStart().IsMatch(content))
            {
                _errors[^1].Text.Append('\n').Append(content);
                return true;
            }

            if (!isErrorStream && !IsError(resource, content))
            {
                return false;
            }

            _errors.Add(new Entry(resource, new StringBuilder(content)));
            return true;
        }
    }

    private static bool IsError(string resource, string content) =>
        resource == "redis" ? RedisError().IsMatch(content) && !content.Contains("WARNING", StringComparison.Ordinal) : ServiceError().IsMatch(content);

    // The console's levels, after the times that the app host and the formatter put before them, or the JSON console's.
    [GeneratedRegex("""^([\d:.TZ+-]+ )*(fail|crit)[ :]|"LogLevel":"(Error|Critical)"|^([\d:.TZ+-]+ )*Unhandled exception""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex ServiceError();

    [GeneratedRegex("""^([\d:.TZ+-]+ )*((trce|dbug|info|warn|fail|crit)[ :]|\{)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex EntryStart();

    // Redis marks what is more than a notice with #, its greeting and its farewell included.
    [GeneratedRegex("^.* # .*(error|can't|cannot|fatal|misconf|crash|bad )", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex RedisError();

    [GeneratedRegex("\u001b\\[[0-9;]*m", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Colours();

    private sealed record Entry(string Resource, StringBuilder Text);
}
