using System.Text;
using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Display;

/// <summary>
/// What an app host shows while it runs: each line of a resource with the resource's name and the time before it, each change of state as a
/// line, and on a terminal a table below them that is redrawn in place.
/// </summary>
internal sealed partial class ConsoleOutput : IAsyncDisposable
{
    private const int FallbackWidth = 80;
    private const int FallbackHeight = 24;
    private const int LongestName = 24;

    // Looks live, and a service that floods its log costs one write in that time, not one a line.
    private static readonly TimeSpan DrawEvery = TimeSpan.FromMilliseconds(80);

    private readonly Lock _lock = new();
    private readonly Stream _stream = Console.OpenStandardOutput();
    private readonly bool _isTerminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
    private readonly bool _hasColours;
    private readonly ResourceNotificationService _notifications;
    private readonly ResourceLoggerService _loggers;
    private readonly DistributedApplicationModel _model;
    private readonly Dictionary<string, CustomResourceSnapshot> _known = [];
    private readonly Dictionary<string, ResourceRow> _rows = [];
    private readonly List<string> _order = [];
    private readonly StringBuilder _pending = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly DateTime _startedAt = DateTime.UtcNow;
    private readonly HashSet<string> _healthy = [];
    private Task _watching = Task.CompletedTask;
    private Task _drawing = Task.CompletedTask;
    private int[] _drawn = [];
    private int _nameWidth = 8;
    private bool _isDirty;
    private bool _saidReady;
    private bool _ended;

    public ConsoleOutput(ResourceNotificationService notifications, ResourceLoggerService loggers, DistributedApplicationModel model)
    {
        _notifications = notifications;
        _loggers = loggers;
        _model = model;
        _hasColours = _isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    }

    /// <summary>Called when everything is healthy for the first time.</summary>
    public Action? Ready { get; set; }

    public void Start()
    {
        _nameWidth = Math.Clamp(_model.Resources.Where(r => r is not ParameterResource).Select(r => r.Name.Length).DefaultIfEmpty(0).Max(), _nameWidth, LongestName);
        _loggers.Written += OnWritten;
        _watching = WatchAsync();
        if (_isTerminal)
        {
            _drawing = DrawAsync();
        }
    }

    /// <summary>Writes a line of the app host's own.</summary>
    public void WriteLine(string name, string text)
    {
        lock (_lock)
        {
            Add(name, "|", text);
            FlushUnlessDrawn();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        _loggers.Written -= OnWritten;
        await _ending.CancelAsync();
        await Task.WhenAll(_watching, _drawing);
        lock (_lock)
        {
            // The last table stays on the screen.
            Draw();
            _stream.Flush();
        }

        _ending.Dispose();
    }

    private void OnWritten(object? sender, WrittenLine line)
    {
        lock (_lock)
        {
            Add(NameOf(line.ResourceId), "|", line.Text);
            FlushUnlessDrawn();
        }
    }

    private string NameOf(string resourceId)
    {
        if (_rows.TryGetValue(resourceId, out var row))
        {
            return row.Name;
        }

        return _model.Resources.FirstOrDefault(r => r.GetReplicaCount() <= 1 && InstancesAnnotation.IsInstanceOf(resourceId, r.Name))?.Name ?? resourceId;
    }

    private async Task WatchAsync()
    {
        try
        {
            await foreach (var change in _notifications.WatchAsync(_ending.Token))
            {
                OnChange(change);
            }
        }
        catch (OperationCanceledException)
        {
            // The application has stopped.
        }
    }

    private void OnChange(ResourceEvent change)
    {
        var row = ResourceRow.From(change);
        var ready = false;
        lock (_lock)
        {
            _known[change.ResourceId] = change.Snapshot;
            if (row is null)
            {
                return;
            }

            if (!_rows.TryGetValue(row.Id, out var before))
            {
                _order.Add(row.Id);
            }

            _rows[row.Id] = row;
            _isDirty = true;
            if (before is null || before.State != row.State || (before.Health != row.Health && !IsStillStarting(row)))
            {
                Add(row.Name, ">", Describe(row, !IsStillStarting(row)));
            }

            if (row.Health == nameof(HealthStatus.Healthy))
            {
                _healthy.Add(row.Id);
            }

            if (!_saidReady && IsAllReady())
            {
                _saidReady = ready = true;
                Add("app host", ">", ReadyLine());
            }

            FlushUnlessDrawn();
        }

        if (ready)
        {
            Ready?.Invoke();
        }
    }

    // Unhealthy is worth a line only after the resource has been healthy; before, it is still starting.
    private bool IsStillStarting(ResourceRow row) => row.Health is not ("" or nameof(HealthStatus.Healthy)) && !_healthy.Contains(row.Id);

    private static string Describe(ResourceRow row, bool withHealth)
    {
        var text = new StringBuilder(row.State);
        if (withHealth && row.Health.Length > 0)
        {
            text.Append(", ").Append(row.Health);
        }

        if (row.Pid.Length > 0)
        {
            text.Append(", pid ").Append(row.Pid);
        }

        if (row.Reason is not null)
        {
            text.Append(": ").Append(row.Reason);
        }
        else if (row.Health == nameof(HealthStatus.Healthy) && row.Url.Length > 0)
        {
            text.Append(", ").Append(row.Url);
        }

        return text.ToString();
    }

    // Decided from what has been shown, which lags behind the notifications: the line must not come before those that it sums up.
    private bool IsAllReady()
    {
        foreach (var resource in _model.Resources)
        {
            if (resource is ParameterResource)
            {
                continue;
            }

            var ids = resource.TryGetLastAnnotation<InstancesAnnotation>(out var instances) ? instances.Ids : [resource.Name];
            foreach (var id in ids)
            {
                if (!_known.TryGetValue(id, out var known) || known.State is null)
                {
                    // A resource of a kind that only the app host knows has no state.
                    if (instances is null && resource is not IResourceWithConnectionString)
                    {
                        continue;
                    }

                    return false;
                }

                var isReady = known is { HealthStatus: HealthStatus.Healthy, IsReady: true }
                    || (known.State.Text == KnownResourceStates.Finished && known.ExitCode == 0);
                if (!isReady)
                {
                    return false;
                }
            }
        }

        return true;
    }

    private string ReadyLine()
    {
        var urls = _model.Resources.OfType<IResourceWithEndpoints>()
            .SelectMany(r => r.GetEndpoints())
            .Where(e => e.EndpointAnnotation.IsExternal && e.IsAllocated)
            .Select(e => e.Url)
            .ToArray();
        var seconds = (DateTime.UtcNow - _startedAt).TotalSeconds;
        var text = FormattableString.Invariant($"All {_rows.Count} resources are healthy after {seconds:0.0} s");
        return urls.Length == 0 ? $"{text}." : $"{text}: {string.Join(' ', urls)}";
    }

    private void Add(string name, string mark, string text)
    {
        var label = ResourceTable.Cut(name, LongestName).PadRight(_nameWidth);
        var plain = PlainText.From(text);
        var time = StartsWithTime().IsMatch(plain) ? "" : $"{DateTime.Now:HH:mm:ss.fff} ";
        var body = time + (_hasColours ? PlainText.Coloured(text) : plain);
        _pending.Append(_hasColours ? $"\u001b[{ColourOf(name)}m{label} {mark}\u001b[0m " : $"{label} {mark} ").Append(body).Append('\n');
    }

    // A service may write the time itself, also in JSON; then it is not written twice.
    [GeneratedRegex("""^(\{"Timestamp":"|\[)?(\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StartsWithTime();

    private static int ColourOf(string name)
    {
        // 31 to 36; not string.GetHashCode, which differs from run to run.
        const int FirstColour = 31;
        const int Colours = 6;
        return FirstColour + (name.Sum(c => c) % Colours);
    }

    private void FlushUnlessDrawn()
    {
        if (!_isTerminal)
        {
            Write(_pending.ToString());
            _pending.Clear();
        }
    }

    private async Task DrawAsync()
    {
        using var timer = new PeriodicTimer(DrawEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(_ending.Token))
            {
                lock (_lock)
                {
                    Draw();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The application has stopped.
        }
    }

    private void Draw()
    {
        if (!_isTerminal || (!_isDirty && _pending.Length == 0))
        {
            return;
        }

        _isDirty = false;
        var (width, height) = (Size(() => Console.WindowWidth, FallbackWidth), Size(() => Console.WindowHeight, FallbackHeight));
        var output = new StringBuilder();

        // A line that was drawn when the terminal was wider takes several now.
        var lines = _drawn.Sum(length => Math.Max(1, (length + width - 1) / width));
        if (lines > 0)
        {
            output.Append(System.Globalization.CultureInfo.InvariantCulture, $"\u001b[{lines}A\r\u001b[J");
        }

        output.Append(_pending);
        _pending.Clear();

        // The last column stays free: some terminals go on to the next line as soon as it is taken.
        var table = ResourceTable.Layout([.. _order.Select(id => _rows[id])], width - 1, height);
        foreach (var line in table)
        {
            output.Append(line).Append('\n');
        }

        _drawn = [.. table.Select(l => l.Length)];
        Write(output.ToString());
    }

    private static int Size(Func<int> get, int fallback)
    {
        try
        {
            return get() is var size and > 0 ? size : fallback;
        }
        catch (IOException)
        {
            return fallback;
        }
    }

    private void Write(string text)
    {
        try
        {
            _stream.Write(Encoding.UTF8.GetBytes(text));
            _stream.Flush();
        }
        catch (IOException)
        {
            // Nobody reads any more; the application goes on.
        }
    }
}
