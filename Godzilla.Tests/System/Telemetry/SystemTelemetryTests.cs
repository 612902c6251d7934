using System.Net.Http.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Godzilla.Tests.System.Telemetry;

/// <summary>The telemetry of the whole system while people use it.</summary>
public sealed class SystemTelemetryTests : IAsyncLifetime
{
    private const string Mongo = "MongoDB.Driver";
    private const string Redis = "OpenTelemetry.Instrumentation.StackExchangeRedis";
    private static readonly string[] Services = ["gateway", "chat", "accounts", "presence"];

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
    public async Task ARequestIsOneTraceDownToTheStoresAndNothingPrivateIsExportedOrLogged()
    {
        using var mothra = await App.SignUpAsync("mothra");
        var history = await TraceAsync(mothra, "/discussion/lobby/messages");
        using var wrong = await mothra.Http.PostAsJsonAsync("/user/login", new { username = mothra.Name, password = "wrong-secret" });
        await using (var hub = await mothra.ConnectAsync())
        {
            await hub.InvokeAsync("Send", "lobby", "whispered-over-the-hub", null);
        }

        await mothra.PostAsync("lobby", "whispered-over-http");
        var online = await TraceAsync(mothra, "/presence/online");

        // A service exports all that it has when it ends, so nothing comes after this.
        foreach (var service in Services)
        {
            Assert.Equal(0, (await App.EndAsync(service)).ExitCode);
        }

        AssertOneTrace(history, ("gateway", Redis), ("chat", "Microsoft.AspNetCore"), ("chat", Mongo));
        AssertOneTrace(online, ("chat", "Microsoft.AspNetCore"), ("presence", "Microsoft.AspNetCore"), ("presence", Redis));
        Assert.DoesNotContain(Collector.Spans, span => span.TraceId == online.TraceId && span.Service == "gateway" && span.Scope == Redis);
        Assert.DoesNotContain(Collector.Spans, span => span.Name.Contains("health", StringComparison.OrdinalIgnoreCase)
            || span.Name.Contains("alive", StringComparison.OrdinalIgnoreCase));

        Assert.True(Collector.Has("metrics", "accounts", "godzilla.accounts.registrations"));
        Assert.True(Collector.Has("metrics", "accounts", "godzilla.accounts.logins", "succeeded", "refused"));
        Assert.True(Collector.Has("metrics", "chat", "godzilla.chat.messages"));
        Assert.True(Collector.Has("metrics", "chat", "godzilla.chat.connections"));

        foreach (var service in Services)
        {
            Assert.True(Collector.Has("logs", service, "Application started"), service);
            await Eventually.TrueAsync(
                () => App.Logs.LinesOf(service).Any(line => line.Contains("Application is shutting down", StringComparison.Ordinal)),
                $"the log of {service} is there to its end");
        }

        foreach (var secret in new[] { "whispered-over", "wrong-secret", mothra.Password, mothra.Token })
        {
            Assert.All(["traces", "metrics", "logs"], signal => Assert.False(Collector.Has(signal, secret), $"'{secret}' is in the {signal}"));
            Assert.All(Services, service => Assert.DoesNotContain(
                App.Logs.LinesOf(service), line => line.Contains(secret, StringComparison.Ordinal)));
        }
    }

    // The client's own span, which is the root of the trace.
    private static async Task<(string TraceId, string SpanId)> TraceAsync(Person person, string path)
    {
        var root = (TraceId: Guid.NewGuid().ToString("N"), SpanId: "00f067aa0ba902b7");
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("traceparent", $"00-{root.TraceId}-{root.SpanId}-01");
        using var response = await person.Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return root;
    }

    private void AssertOneTrace((string TraceId, string SpanId) root, params (string Service, string Scope)[] expected)
    {
        var spans = Collector.Spans.Where(span => span.TraceId == root.TraceId).ToList();
        Assert.All(expected, part => Assert.Contains(spans, span => span.Service == part.Service && span.Scope == part.Scope));

        // Every span hangs on another one of the trace.
        var ids = spans.Select(span => span.Id).Append(root.SpanId).ToHashSet(StringComparer.Ordinal);
        Assert.All(spans, span => Assert.Contains(span.ParentId, ids));
    }

    private sealed class TracedApp(OtlpCollector collector) : GodzillaApp
    {
        protected override void Configure(IDistributedApplicationTestingBuilder builder)
        {
            foreach (var name in Services)
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
