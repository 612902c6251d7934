using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
using Godzilla.Gateway.AccessLog;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Godzilla.Tests.Unit.Gateway;

public sealed class AccessLogTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MemoryStream _output = new();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task EachEntryIsALineOfJsonWhateverItHolds()
    {
        using var log = Log(capacity: 1000);
        await log.StartAsync(CancellationToken.None);

        log.Add(Entry("/a\nb\"c"));
        log.Add(Entry(new string('x', 10_000)));
        log.Add(Entry(new string('\u0001', 10_000)));
        log.Add(Entry("/last"));
        await log.StopAsync(CancellationToken.None);

        var lines = Lines();
        Assert.Equal("/a\nb\"c", lines[0].GetProperty("path").GetString());
        Assert.Equal(1024, lines[1].GetProperty("path").GetString()!.Length);
        Assert.Equal(1024, lines[2].GetProperty("path").GetString()!.Length);
        Assert.Equal("/last", lines[3].GetProperty("path").GetString());
        Assert.Equal("godzilla", lines[0].GetProperty("user").GetString());
        Assert.Equal(12.346, lines[0].GetProperty("ms").GetDouble());
    }

    [Fact]
    public async Task WhatIsHandedOverBeforeTheEndIsWritten()
    {
        using var log = Log(capacity: 1000);
        await log.StartAsync(CancellationToken.None);
        for (var i = 0; i < 500; i++)
        {
            log.Add(Entry($"/{i}"));
        }

        await log.StopAsync(CancellationToken.None);

        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"/{i}"), Lines().Select(line => line.GetProperty("path").GetString()));
    }

    [Fact]
    public async Task PastItsCapacityLinesAreDroppedAndCounted()
    {
        var dropped = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name == "godzilla.gateway.access_log.dropped")
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref dropped, count));
        listener.Start();
        using var log = Log(capacity: 100);
        for (var i = 0; i < 130; i++)
        {
            log.Add(Entry($"/{i}"));
        }

        await log.StartAsync(CancellationToken.None);
        await log.StopAsync(CancellationToken.None);

        Assert.Equal(30, dropped);
        Assert.Equal(100, Lines().Count);
    }

    private static AccessEntry Entry(string path) => new(
        DateTimeOffset.UnixEpoch, "GET", path, 200, 7, TimeSpan.FromMilliseconds(12.3456), ActivityTraceId.CreateRandom(), "godzilla", "127.0.0.1");

    private AccessLogWriter Log(int capacity) => new(
        Options.Create(new AccessLogOptions { Capacity = capacity }), new AccessLogMetrics(_services.GetRequiredService<IMeterFactory>()), _output, TimeProvider.System);

    private List<JsonElement> Lines() =>
        [.. Encoding.UTF8.GetString(_output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
}
