using Godzilla.ServiceDefaults;
using Godzilla.ServiceDefaults.Mongo;
using Godzilla.ServiceDefaults.Redis;
using Microsoft.AspNetCore.Builder;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Godzilla.Tests.Unit.ServiceDefaults;

public sealed class TelemetryTests
{
    [Theory]
    [InlineData(null, false)]
    [InlineData("http://localhost:4317", true)]
    public void OnlyAServiceWithAnEndpointIsInstrumented(string? endpoint, bool isInstrumented)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
        builder.Configuration["ConnectionStrings:redis"] = "localhost:1";
        builder.Configuration["ConnectionStrings:db"] = "mongodb://localhost:1/db";

        builder.AddServiceDefaults();
        builder.AddRedis("redis");
        builder.AddMongo("db");

        Assert.Equal(isInstrumented, builder.Services.Any(service => service.ServiceType == typeof(TracerProvider)));
        Assert.Equal(isInstrumented, builder.Services.Any(service => service.ServiceType == typeof(MeterProvider)));
    }
}
