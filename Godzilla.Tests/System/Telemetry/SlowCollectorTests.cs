using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Godzilla.Tests.System.ServiceDefaults;

namespace Godzilla.Tests.System.Telemetry;

/// <summary>A collector that hangs, or is not there, costs requests nothing and a bounded amount of memory.</summary>
public sealed class SlowCollectorTests
{
    private const int Batch = 10_000;

    // A heap takes its time to find its size, on a busy machine above all. What is kept comes to the same again in each round.
    private const int Rounds = 6;

    // Kept, the spans of a round alone would be 40 MiB: 20,000 of some 2 KB.
    private const long MostGrowth = 20 * 1024 * 1024;

    // An export waits 10 s for its collector: a request that waited for one would be far above.
    private static readonly TimeSpan AnswerLimit = Slack.Second;

    // Half of what the SDK alone would wait.
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(8);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ACollectorThatIsSlowOrAwayCostsNoLatencyAndBoundedMemory(bool isThere)
    {
        // Connections are accepted by the kernel, and nobody ever answers.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        if (!isThere)
        {
            listener.Stop();
        }

        using var gateway = ServiceProcess.Start(
            "Gateway",
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://localhost:{port}"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "in_memory"),
            ("OTEL_BSP_SCHEDULE_DELAY", "100"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "100"),
            ("Logging__LogLevel__Default", "Debug"),
            ("AccessLog__Enabled", "false"),
            ("RateLimits__Requests__PerSecond", "1000000"),
            ("RateLimits__Requests__Burst", "1000000"));
        using var http = new HttpClient { BaseAddress = await gateway.AddressAsync(), Timeout = AnswerLimit };

        // The queues are full after the first, and the code is compiled.
        await RequestAsync(http);
        await RequestAsync(http);
        var growth = long.MaxValue;
        for (var round = 0; round < Rounds && growth > MostGrowth; round++)
        {
            var before = gateway.WorkingSet;
            await RequestAsync(http);
            await RequestAsync(http);
            growth = gateway.WorkingSet - before;
        }

        Assert.InRange(growth, long.MinValue, MostGrowth);

        var ended = Stopwatch.StartNew();
        gateway.Terminate();
        Assert.Equal(0, await gateway.ExitCodeAsync());
        Assert.InRange(ended.Elapsed, TimeSpan.Zero, EndLimit);
    }

    private static Task RequestAsync(HttpClient http) => Parallel.ForAsync(
        0,
        Batch,
        new ParallelOptions { MaxDegreeOfParallelism = 8 },
        async (_, cancellationToken) =>
        {
            using var response = await http.GetAsync("/no/such/route", cancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        });
}
