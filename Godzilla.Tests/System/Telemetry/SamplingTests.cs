using Godzilla.Tests.System.ServiceDefaults;

namespace Godzilla.Tests.System.Telemetry;

public sealed class SamplingTests
{
    private const int Requests = 400;

    // A quarter, and five standard deviations on each side.
    [Theory]
    [InlineData("parentbased_traceidratio", null, 57, 143)]
    [InlineData("parentbased_traceidratio", "01", Requests, Requests)]
    [InlineData("traceidratio", "01", 57, 143)]
    [InlineData("always_on", "00", 0, 0)]
    [InlineData("always_off", "01", 0, 0)]
    public async Task TheSamplerIsConfiguredAndDecidesWhetherItsCallerDecides(string sampler, string? callersFlags, int least, int most)
    {
        await using var collector = await OtlpCollector.StartAsync();
        using var gateway = ServiceProcess.Start(
            "Gateway", [.. collector.Variables, ("OTEL_TRACES_SAMPLER", sampler), ("OTEL_TRACES_SAMPLER_ARG", "0.25"), ("Telemetry__MaxTracesPerSecond", "1000")]);
        using var http = new HttpClient { BaseAddress = await gateway.AddressAsync() };
        for (var i = 0; i < Requests; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/no/such/route");
            if (callersFlags is not null)
            {
                request.Headers.Add("traceparent", $"00-{Guid.NewGuid():N}-00f067aa0ba902b7-{callersFlags}");
            }

            using var response = await http.SendAsync(request);
        }

        gateway.Terminate();
        Assert.Equal(0, await gateway.ExitCodeAsync());

        Assert.InRange(collector.Spans.Count(span => span.Scope == "Microsoft.AspNetCore"), least, most);

        // Metrics and logs do not depend on it.
        Assert.True(collector.Has("metrics", "http.server.request.duration"));
        Assert.True(collector.Has("logs", "Application started"));
    }
}
