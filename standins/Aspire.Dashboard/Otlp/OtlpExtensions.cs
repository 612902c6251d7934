using System.IO.Compression;
using Aspire.Dashboard.Configuration;
using Aspire.Dashboard.Telemetry;
using Google.Protobuf;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Aspire.Dashboard.Otlp;

/// <summary>Takes telemetry over OTLP: gRPC on one port, protobuf over HTTP on another.</summary>
internal static class OtlpExtensions
{
    private const int LargestMessage = 16 * 1024 * 1024;
    private const string Protobuf = "application/x-protobuf";

    public static void AddOtlp(this IServiceCollection services)
    {
        services.AddTelemetryStores();
        services.AddSingleton<OtlpApiKey>();
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = LargestMessage;
            grpc.Interceptors.Add<OtlpApiKeyInterceptor>();
        });
        services.AddSingleton<OtlpApiKeyInterceptor>();
    }

    public static void MapOtlp(this WebApplication app)
    {
        app.MapGrpcService<LogsReceiver>().WithMetadata(Listener.OtlpGrpc).AllowAnonymous();
        app.MapGrpcService<TraceReceiver>().WithMetadata(Listener.OtlpGrpc).AllowAnonymous();
        app.MapGrpcService<MetricsReceiver>().WithMetadata(Listener.OtlpGrpc).AllowAnonymous();

        var group = app.MapGroup("/v1").WithMetadata(Listener.OtlpHttp).AllowAnonymous().AddEndpointFilter(CheckKeyAsync);
        Map(group, "/logs", ExportLogsServiceRequest.Parser, app.Services.GetRequiredService<LogStore>().Add);
        Map(group, "/traces", ExportTraceServiceRequest.Parser, app.Services.GetRequiredService<TraceStore>().Add);
        Map(group, "/metrics", ExportMetricsServiceRequest.Parser, app.Services.GetRequiredService<MetricStore>().Add);
    }

    private static ValueTask<object?> CheckKeyAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.RequestServices.GetRequiredService<OtlpApiKey>().IsValid(context.HttpContext.Request.Headers[OtlpApiKey.Header])
            ? next(context)
            : ValueTask.FromResult<object?>(TypedResults.Text($"The header {OtlpApiKey.Header} has no valid key.", statusCode: StatusCodes.Status401Unauthorized));

    private static void Map<TRequest>(RouteGroupBuilder group, string path, MessageParser<TRequest> parser, Action<TRequest> add)
        where TRequest : IMessage<TRequest> => group.MapPost(path, async (HttpRequest request, CancellationToken cancellationToken) =>
        {
            if (request.ContentType?.Split(';')[0] != Protobuf)
            {
                return (IResult)TypedResults.Text($"Only {Protobuf} is taken here.", statusCode: StatusCodes.Status415UnsupportedMediaType);
            }

            try
            {
                add(parser.ParseFrom(await ReadAsync(request, cancellationToken)));
            }
            catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidDataException)
            {
                return TypedResults.Text($"The body is not as it should be: {exception.Message}", statusCode: StatusCodes.Status400BadRequest);
            }

            return TypedResults.Bytes(Array.Empty<byte>(), Protobuf);
        });

    private static async Task<byte[]> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var isCompressed = request.Headers.ContentEncoding == "gzip";
        await using var source = isCompressed ? new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true) : request.Body;
        using var body = new MemoryStream();
        var buffer = new byte[32 * 1024];
        int read;
        while ((read = await source.ReadAsync(buffer, cancellationToken)) > 0)
        {
            body.Write(buffer, 0, read);
            if (body.Length > LargestMessage)
            {
                throw new InvalidDataException($"it has more than {LargestMessage} bytes");
            }
        }

        return body.ToArray();
    }
}
