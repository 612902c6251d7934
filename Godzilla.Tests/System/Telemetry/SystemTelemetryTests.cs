using System.Net.Http.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Godzilla.Tests.System.Telemetry;

/// <summary>What the whole system tells of itself while two people use it.</summary>
public sealed class SystemTelemetryTests : IAsyncLifetime
{
    private OtlpCollector? _collector;
    private TracedApp? _app;

    private OtlpCollector Collector => _collector!;

    private GodzillaApp App => _app!;

    public async Task InitializeAsync()
    {
        _collector = await OtlpCollector.StartAsync();
        _app = new TracedApp(_collector);
        await _app.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await App.DisposeAsync();
        await Collector.DisposeAsync();
    }

    [Fact]
    public async Task ARequestIsOneTraceWhatHappensIsCountedAndNothingPrivateIsToldToAnybody()
    {
        using var mothra = await App.SignUpAsync("mothra");
        using var wrong = await mothra.Http.PostAsJsonAsync("/user/login", new { username = mothra.Name, password = "wrong-secret" });
        await using var hub = await mothra.ConnectAsync();
        await hub.InvokeAsync("Send", "lobby", "whispered-over-the-hub", null);
        using var posted = await mothra.Http.PostAsJsonAsync("/discussion/lobby/messages", new[] { new { text = "whispered-over-http" } });
        posted.EnsureSuccessStatusCode();

        var trace = Guid.NewGuid().ToString("N");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/presence/online");
        request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");
        using var online = await mothra.Http.SendAsync(request);
        online.EnsureSuccessStatusCode();

        var traceId = string.Concat(Convert.FromHexString(trace).Select(value => (char)value));
        foreach (var (service, span) in new[] { ("gateway", "GET /presence/{list"), ("chat", "GET /presence/online"), ("presence", "presence.PresenceService/GetOnlineUsers") })
        {
            await ArrivesAsync("traces", service, traceId, span);
        }

        await ArrivesAsync("metrics", "accounts", "godzilla.accounts.registrations");
        await ArrivesAsync("metrics", "accounts", "godzilla.accounts.logins", "succeeded", "refused");
        await ArrivesAsync("metrics", "chat", "godzilla.chat.messages");
        await ArrivesAsync("metrics", "chat", "godzilla.chat.connections");

        foreach (var secret in new[] { "whispered-over", "wrong-secret", mothra.Password, mothra.Token })
        {
            foreach (var signal in new[] { "traces", "metrics", "logs" })
            {
                Assert.False(Collector.Has(signal, secret), $"'{secret}' is among the {signal}");
            }
        }

        foreach (var service in new[] { "gateway", "accounts", "chat", "presence" })
        {
            var lines = await LogOfAsync(service);
            Assert.Contains(lines, line => line.Contains("Application started", StringComparison.Ordinal));
            Assert.DoesNotContain(lines, line => line.Contains("whispered-over", StringComparison.Ordinal)
                || line.Contains("wrong-secret", StringComparison.Ordinal)
                || line.Contains(mothra.Password, StringComparison.Ordinal)
                || line.Contains(mothra.Token, StringComparison.Ordinal));
        }
    }

    private Task ArrivesAsync(string signal, string service, params string[] texts) => Eventually.TrueAsync(
        () => Task.FromResult(Collector.Has(signal, [$"service.name\u0012{Length(service, 2)}\n{Length(service, 0)}{service}", .. texts])),
        $"{service} sends {string.Join(", ", texts.Select(text => text.Any(char.IsControl) ? "the trace" : text))} among its {signal}");

    // A string in protobuf: its length before it; as a value of OTLP, two bytes more.
    private static char Length(string text, int more) => (char)(text.Length + more);

    private async Task<List<string>> LogOfAsync(string service)
    {
        var id = App.App.Services.GetRequiredService<DistributedApplicationModel>().Resources.Single(r => r.Name == service);
        var lines = new List<string>();
        await foreach (var batch in App.App.Services.GetRequiredService<ResourceLoggerService>().GetAllAsync(id))
        {
            lines.AddRange(batch.Select(line => line.Content));
        }

        return lines;
    }

    private sealed class TracedApp(OtlpCollector collector) : GodzillaApp
    {
        protected override void Configure(IDistributedApplicationTestingBuilder builder)
        {
            foreach (var name in new[] { "gateway", "accounts", "chat", "presence" })
            {
                var service = builder.CreateResourceBuilder<ProjectResource>(name);
                foreach (var (key, value) in collector.Variables)
                {
                    service.WithEnvironment(key, value);
                }
            }
        }
    }
}
