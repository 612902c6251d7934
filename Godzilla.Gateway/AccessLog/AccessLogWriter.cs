using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace Godzilla.Gateway.AccessLog;

/// <summary>Writes the access log beside the requests, one JSON object a line.</summary>
internal sealed class AccessLogWriter(IOptions<AccessLogOptions> options, AccessLogMetrics metrics, Stream output, TimeProvider time)
    : BackgroundService
{
    // Lines gather for a moment: waking the writer for each costs more than writing it.
    private static readonly TimeSpan GatherFor = TimeSpan.FromMilliseconds(50);

    // PIPE_BUF: what is written at once up to here does not mix with the lines of other writers.
    private const int WriteSize = 4096;

    private readonly Channel<AccessEntry> _entries = Channel.CreateBounded<AccessEntry>(
        new BoundedChannelOptions(options.Value.Capacity) { SingleReader = true });

    /// <summary>Hands a line over. It never waits.</summary>
    public void Add(in AccessEntry entry)
    {
        if (!_entries.Writer.TryWrite(entry))
        {
            metrics.Dropped();
        }
    }

    // Not the service's token: what has been handed over is written before the process ends.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var lines = new ArrayBufferWriter<byte>(2 * WriteSize);
        var line = new ArrayBufferWriter<byte>(WriteSize);
        await using var json = new Utf8JsonWriter(line, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        while (await _entries.Reader.WaitToReadAsync(CancellationToken.None))
        {
            await Task.Delay(GatherFor, time, CancellationToken.None);
            while (_entries.Reader.TryRead(out var entry))
            {
                entry.WriteTo(json);
                await json.FlushAsync(CancellationToken.None);
                line.Write("\n"u8);
                if (lines.WrittenCount + line.WrittenCount > WriteSize)
                {
                    Write(lines);
                }

                lines.Write(line.WrittenSpan);
                line.ResetWrittenCount();
                json.Reset();
            }

            Write(lines);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _entries.Writer.TryComplete();
        await (ExecuteTask ?? Task.CompletedTask).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken);
    }

    // Not async: a console's stream would hand each write to the thread pool. A reader that is slow holds up this loop alone.
    private void Write(ArrayBufferWriter<byte> lines)
    {
        try
        {
            output.Write(lines.WrittenSpan);
        }
        catch (IOException)
        {
            // Nobody reads any more.
            metrics.Dropped();
        }

        lines.ResetWrittenCount();
    }
}
