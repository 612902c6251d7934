using System.Collections.Concurrent;
using System.Net;
using Godzilla.StandIns.Tests.Otlp;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Godzilla.StandIns.Tests;

/// <summary>Receives what an application sends over OTLP, on loopback, as protobuf over HTTP or as gRPC.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Collector(WebApplication app) => _app = app;

    public ConcurrentBag<TraceRequest> Traces { get; } = [];

    public ConcurrentBag<MetricsRequest> Metrics { get; } = [];

    public ConcurrentBag<LogsRequest> Logs { get; } = [];

    public string Address => _app.Urls.Single();

    public static async Task<Collector> StartAsync(string protocol)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
            endpoint.Protocols = protocol == "grpc" ? HttpProtocols.Http2 : HttpProtocols.Http1));
        var collector = new Collector(builder.Build());
        collector.Map("traces", "trace.v1.TraceService", TraceRequest.Parser, collector.Traces);
        collector.Map("metrics", "metrics.v1.MetricsService", MetricsRequest.Parser, collector.Metrics);
        collector.Map("logs", "logs.v1.LogsService", LogsRequest.Parser, collector.Logs);
        await collector._app.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Map<T>(string signal, string service, MessageParser<T> parser, ConcurrentBag<T> received)
        where T : IMessage<T>
    {
        _app.MapPost($"/v1/{signal}", async (HttpContext context) =>
        {
            Assert.Equal("application/x-protobuf", context.Request.ContentType);
            received.Add(parser.ParseFrom(await ReadAsync(context)));
            context.Response.ContentType = "application/x-protobuf";
        });
        _app.MapPost($"/opentelemetry.proto.collector.{service}/Export", async (HttpContext context) =>
        {
            const int Header = 5;
            received.Add(parser.ParseFrom((await ReadAsync(context))[Header..]));
            context.Response.ContentType = "application/grpc";
            await context.Response.BodyWriter.WriteAsync(new byte[Header]);
            context.Response.AppendTrailer("grpc-status", "0");
        });
    }

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        return body.ToArray();
    }
}
