using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>The protocols of OTLP.</summary>
public enum OtlpProtocol
{
    /// <summary>gRPC.</summary>
    Grpc = 0,

    /// <summary>Protocol buffers over HTTP.</summary>
    HttpProtobuf = 1,

    /// <summary>JSON over HTTP.</summary>
    HttpJson = 2,
}

/// <summary>Tells resources where their telemetry goes.</summary>
public static class OtlpConfigurationExtensions
{
    /// <summary>Tells a resource its name and where its telemetry goes, if an endpoint is configured.</summary>
    public static IResourceBuilder<T> WithOtlpExporter<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        Add(builder.Resource, builder.ApplicationBuilder.Configuration, builder.ApplicationBuilder.Environment, null);
        return builder;
    }

    /// <summary>Tells a resource its name and where its telemetry goes by that protocol, if an endpoint is configured.</summary>
    public static IResourceBuilder<T> WithOtlpExporter<T>(this IResourceBuilder<T> builder, OtlpProtocol protocol)
        where T : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        Add(builder.Resource, builder.ApplicationBuilder.Configuration, builder.ApplicationBuilder.Environment, protocol);
        return builder;
    }

    private static void Add(IResource resource, ConfigurationManager configuration, IHostEnvironment environment, OtlpProtocol? protocol) =>
        resource.Annotations.Add(new EnvironmentCallbackAnnotation(context =>
        {
            if (context.ExecutionContext.IsPublishMode)
            {
                return;
            }

            var variables = context.EnvironmentVariables;
            if (EndpointOf(configuration, protocol) is var (url, name))
            {
                variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = url;
                variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = name;
                if (configuration["AppHost:OtlpApiKey"] is { } key)
                {
                    variables["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={key}";
                }
            }

            variables["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={Orchestration.InstanceTokens.Suffix}";
            variables["OTEL_SERVICE_NAME"] = resource.Name;
            if (environment.IsDevelopment())
            {
                variables["OTEL_BLRP_SCHEDULE_DELAY"] = "1000";
                variables["OTEL_BSP_SCHEDULE_DELAY"] = "1000";
                variables["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
                variables["OTEL_TRACES_SAMPLER"] = "always_on";
                variables["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
                variables["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "true";
            }
        }));

    // The real one falls back on its dashboard's address; without a dashboard, an endpoint is what somebody configured.
    private static (string Url, string Protocol)? EndpointOf(ConfigurationManager configuration, OtlpProtocol? protocol)
    {
        var grpc = configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] ?? configuration["DOTNET_DASHBOARD_OTLP_ENDPOINT_URL"];
        var http = configuration["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] ?? configuration["DOTNET_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"];
        return (protocol, grpc, http) switch
        {
            (OtlpProtocol.HttpProtobuf, _, not null) => (http, "http/protobuf"),
            (OtlpProtocol.HttpJson, _, not null) => (http, "http/json"),
            (OtlpProtocol.HttpProtobuf or OtlpProtocol.HttpJson, _, _) => null,
            (_, not null, _) => (grpc, "grpc"),
            (null, _, not null) => (http, "http/protobuf"),
            _ => null,
        };
    }
}
