using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Godzilla.Gateway.AccessLog;

/// <summary>Writes the access log beside the requests, one JSON object a line.</summary>
internal sealed class AccessLogWriter : BackgroundService
{
    // Lines gather for a moment: waking the writer for each costs more than writing it.
    private static readonly TimeSpan GatherFor = TimeSpan.FromMilliseconds(50);

    // PIPE_BUF: what is written at once up to here does not mix with the lines of other writers.
    private const int WriteSize = 4096;

    private readonly AccessLogMetrics _metrics;
    private readonly Stream _output;
    private readonly TimeProvider _time;
    private readonly int _capacity;
    private readonly SemaphoreSlim _hasLines = new(0);
    private readonly Lock _lock = new();
    private readonly Utf8JsonWriter _json;
    private ArrayBufferWriter<byte> _lines = new();
    private ArrayBufferWriter<byte> _spare = new();
    private int _count;

    public AccessLogWriter(IOptions<AccessLogOptions> options, AccessLogMetrics metrics, Stream output, TimeProvider time)
    {
        (_metrics, _output, _time, _capacity) = (metrics, output, time, options.Value.Capacity);
        _json = new Utf8JsonWriter(_lines, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
    }

    /// <summary>Adds a line. It never waits for the output.</summary>
    public void Add(in AccessEntry entry)
    {
        // Formatted here: entries that wait would keep their strings alive, which costs more.
        lock (_lock)
        {
            if (_count == _capacity)
            {
                _metrics.Dropped();
                return;
            }

            entry.WriteTo(_json);
            _json.Flush();
            _json.Reset();
            _lines.Write("\n"u8);
            if (_count++ > 0)
            {
                return;
            }
        }

        _hasLines.Release();
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (ExecuteTask is null or { IsCompleted: true })
        {
            WriteLines();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _json.Dispose();
        _hasLines.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await _hasLines.WaitAsync(stoppingToken);
            await Task.Delay(GatherFor, _time, stoppingToken);
            WriteLines();
        }
    }

    private void WriteLines()
    {
        lock (_lock)
        {
            (_lines, _spare, _count) = (_spare, _lines, 0);
            _json.Reset(_lines);
        }

        for (var rest = _spare.WrittenSpan; !rest.IsEmpty;)
        {
            var end = rest.Length > WriteSize ? rest[..WriteSize].LastIndexOf((byte)'\n') : rest.Length - 1;
            var length = 1 + (end < 0 ? rest.IndexOf((byte)'\n') : end);
            Write(rest[..length]);
            rest = rest[length..];
        }

        _spare.ResetWrittenCount();
    }

    // Not async: a console's stream would hand each write to the thread pool. A reader that is slow holds up this loop alone.
    private void Write(ReadOnlySpan<byte> lines)
    {
        try
        {
            _output.Write(lines);
        }
        catch (IOException)
        {
            // Nobody reads any more.
            _metrics.Dropped();
        }
    }
}
