using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Godzilla.StandIns.Tests;

public sealed partial class HostingTests : IDisposable
{
    // Names of its own for each test, since sources and meters are the process's.
    private readonly string _name = $"titans-{Guid.NewGuid():N}";
    private readonly ActivitySource _source;
    private readonly Meter _meter;
    private readonly Counter<long> _roars;

    public HostingTests()
    {
        _source = new ActivitySource(_name);
        _meter = new Meter(_name);
        _roars = _meter.CreateCounter<long>("roars");
    }

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task SpansMetricsAndLogsReachACollectorWhenTheHostEnds(string protocol)
    {
        await using var collector = await Collector.StartAsync(protocol);
        var builder = Builder(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
            ("OTEL_SERVICE_NAME", "monarch"));
        builder.Logging.AddOpenTelemetry(logging => logging.IncludeFormattedMessage = true);
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddAttributes([new("outpost", "61")]))
            .WithMetrics(metrics => metrics.AddMeter(_name))
            .WithTracing(tracing => tracing.AddSource(_name))
            .UseOtlpExporter();

        ActivityTraceId trace;
        using (var host = builder.Build())
        {
            await host.StartAsync();
            using (var activity = _source.StartActivity("awakening"))
            {
                Assert.NotNull(activity);
                trace = activity.TraceId;
                _roars.Add(3);
                LogSeen(host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(_name), "Skull Island");
            }

            await host.StopAsync();
        }

        var spans = Assert.Single(collector.Traces.SelectMany(request => request.ResourceSpans));
        AssertResource(spans.Resource);
        var scope = Assert.Single(spans.ScopeSpans);
        Assert.Equal(_name, scope.Scope.Name);
        var span = Assert.Single(scope.Spans);
        Assert.Equal("awakening", span.Name);
        Assert.Equal(trace.ToHexString(), Convert.ToHexStringLower(span.TraceId.Span));

        var metrics = Assert.Single(collector.Metrics.SelectMany(request => request.ResourceMetrics));
        AssertResource(metrics.Resource);
        var metric = Assert.Single(Assert.Single(metrics.ScopeMetrics, found => found.Scope.Name == _name).Metrics);
        Assert.Equal("roars", metric.Name);
        Assert.Equal(3, Assert.Single(metric.Sum.DataPoints).AsInt);

        var logs = Assert.Single(collector.Logs.SelectMany(request => request.ResourceLogs));
        AssertResource(logs.Resource);
        var record = Assert.Single(logs.ScopeLogs.SelectMany(found => found.LogRecords), found => found.Body.StringValue == "Seen at Skull Island");
        Assert.Equal("Warning", record.SeverityText);
        Assert.Equal(trace.ToHexString(), Convert.ToHexStringLower(record.TraceId.Span));
    }

    [Fact]
    public async Task ProvidersStartWithTheHostBeforeItsOtherServices()
    {
        var builder = Builder();
        var listened = false;
        builder.Services.AddHostedService(_ => new OnStart(() => listened = _source.HasListeners()));
        builder.Services.AddOpenTelemetry()
            .WithTracing(tracing => tracing.AddSource(_name))
            .WithMetrics(metrics => metrics.AddMeter(_name).AddReader(new BaseExportingMetricReader(new Metrics())));
        using var host = builder.Build();
        Assert.False(_source.HasListeners());
        Assert.False(_roars.Enabled);

        await host.StartAsync();
        Assert.True(listened);
        Assert.True(_roars.Enabled);
    }

    [Fact]
    public async Task SeveralCallsMakeOneProviderOfEach()
    {
        var spans = new List<Activity>();
        var builder = Builder();
        builder.Services.AddOpenTelemetry().WithTracing().WithMetrics().WithLogging();
        builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource(_name).AddProcessor(new Spans(spans)));
        builder.Services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("monarch"));
        using var host = builder.Build();
        await host.StartAsync();
        _source.StartActivity("awakening")!.Dispose();

        Assert.Single(spans);
        Assert.Single(host.Services.GetServices<TracerProvider>());
        Assert.Single(host.Services.GetServices<MeterProvider>());
        Assert.Single(host.Services.GetServices<LoggerProvider>());
        Assert.Contains(
            host.Services.GetRequiredService<TracerProvider>().GetResource().Attributes,
            attribute => attribute.Key == "service.name" && attribute.Value.Equals("monarch"));
    }

    [Fact]
    public async Task LogsPassThroughTheProvidersProcessors()
    {
        var records = new List<string>();
        var builder = Builder();
        builder.Services.AddOpenTelemetry().WithLogging(
            logging => logging.AddProcessor(new Records(records)), options => options.IncludeFormattedMessage = true);
        using var host = builder.Build();
        await host.StartAsync();
        LogSeen(host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(_name), "Tokyo");

        Assert.Contains("Seen at Tokyo", records);
    }

    [Fact]
    public async Task AnInitializerOfTheApplicationsOwnPrevails()
    {
        var builder = Builder();
        var own = new Initializer();
        builder.Services.AddSingleton<ITelemetryHostInitializer>(own);
        builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource(_name));
        using var host = builder.Build();
        await host.StartAsync();

        Assert.True(own.Called);
        Assert.False(_source.HasListeners());
    }

    public void Dispose()
    {
        _source.Dispose();
        _meter.Dispose();
    }

    private static void AssertResource(Otlp.Resource resource)
    {
        var attributes = resource.Attributes.ToDictionary(pair => pair.Key, pair => pair.Value.StringValue, StringComparer.Ordinal);
        Assert.Equal("monarch", attributes["service.name"]);
        Assert.Equal("61", attributes["outpost"]);
    }

    [LoggerMessage(1, LogLevel.Warning, "Seen at {Place}")]
    private static partial void LogSeen(ILogger logger, string place);

    private static HostApplicationBuilder Builder(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, string? (pair) => pair.Value, StringComparer.Ordinal));
        return builder;
    }

    private sealed class OnStart(Action action) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            action();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Spans(List<Activity> spans) : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data) => spans.Add(data);
    }

    private sealed class Metrics : BaseExporter<Metric>
    {
        public override ExportResult Export(in Batch<Metric> batch) => ExportResult.Success;
    }

    private sealed class Records(List<string> records) : BaseProcessor<LogRecord>
    {
        public override void OnEnd(LogRecord data) => records.Add(data.FormattedMessage!);
    }

    private sealed class Initializer : ITelemetryHostInitializer
    {
        public bool Called { get; private set; }

        public void Initialize() => Called = true;
    }
}
