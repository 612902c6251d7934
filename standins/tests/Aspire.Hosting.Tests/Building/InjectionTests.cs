using System.Net;
using System.Net.Http.Json;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Tests.Building;

/// <summary>What a resource is told when it starts. The names and values are those of Aspire 13.6.</summary>
public sealed class InjectionTests
{
    [RedisFact]
    public async Task AServiceLearnsWhatItRefersTo()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Sample_AppHost>(Applications.TimeLimit);
        await using var app = await builder.StartAsync();
        await app.HealthyAsync("front");

        var variables = await app.EnvironmentOfAsync("front");

        var redis = await app.GetConnectionStringAsync("redis", Applications.TimeLimit);
        var redisEndpoint = app.GetEndpoint("redis", "tcp");
        var password = redis!.Split(",password=")[1];
        Assert.Equal($"localhost:{redisEndpoint.Port},password={password}", redis);
        Assert.Equal(22, password.Length);
        Assert.Equal(redis, variables["ConnectionStrings__redis"]);
        Assert.Equal("localhost", variables["REDIS_HOST"]);
        Assert.Equal(redisEndpoint.Port.ToString(), variables["REDIS_PORT"]);
        Assert.Equal(password, variables["REDIS_PASSWORD"]);
        Assert.Equal($"redis://:{password}@localhost:{redisEndpoint.Port}", variables["REDIS_URI"]);

        Assert.Equal(await app.GetConnectionStringAsync("accountsdb", Applications.TimeLimit), variables["ConnectionStrings__accountsdb"]);
        Assert.Equal("accountsdb", variables["ACCOUNTSDB_DATABASENAME"]);
        Assert.Equal("localhost", variables["ACCOUNTSDB_HOST"]);
        Assert.Equal(app.GetEndpoint("mongodb", "tcp").Port.ToString(), variables["ACCOUNTSDB_PORT"]);
        Assert.Equal("admin", variables["ACCOUNTSDB_USERNAME"]);
        Assert.Equal("admin", variables["ACCOUNTSDB_AUTHENTICATIONDATABASE"]);
        Assert.Equal("SCRAM-SHA-256", variables["ACCOUNTSDB_AUTHENTICATIONMECHANISM"]);
        Assert.Equal(
            $"mongodb://admin:{variables["ACCOUNTSDB_PASSWORD"]}@localhost:{variables["ACCOUNTSDB_PORT"]}/accountsdb?authSource=admin&authMechanism=SCRAM-SHA-256",
            variables["ACCOUNTSDB_URI"]);
        Assert.Equal(variables["ConnectionStrings__accountsdb"], variables["ACCOUNTSDB_URI"]);

        var http = app.GetEndpoint("backend", "http").ToString().TrimEnd('/');
        var grpc = app.GetEndpoint("backend", "grpc").ToString().TrimEnd('/');
        Assert.Equal(http, variables["services__backend__http__0"]);
        Assert.Equal(grpc, variables["services__backend__grpc__0"]);
        Assert.Equal(http, variables["BACKEND_HTTP"]);
        Assert.Equal(grpc, variables["BACKEND_GRPC"]);

        Assert.Equal(48, variables["Identity__Key"].Length);
        Assert.All(variables["Identity__Key"], c => Assert.True(char.IsAsciiLetterOrDigit(c)));
    }

    [Fact]
    public async Task AServiceLearnsWhatItIs()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddSample("web").WithHttpHealthCheck("/health");
        await using var app = await builder.StartAsync();
        var healthy = await app.HealthyAsync("web");

        var variables = await app.EnvironmentOfAsync("web");

        Assert.Equal($"http://localhost:{app.GetEndpoint("web").Port}", variables["ASPNETCORE_URLS"]);
        Assert.Equal("Development", variables["ASPNETCORE_ENVIRONMENT"]);
        Assert.Equal("yes", variables["SAMPLE_FROM_PROFILE"]);
        Assert.Equal("http", variables["DOTNET_LAUNCH_PROFILE"]);
        Assert.Equal("web", variables["OTEL_SERVICE_NAME"]);
        Assert.Equal($"service.instance.id={healthy.ResourceId["web-".Length..]}", variables["OTEL_RESOURCE_ATTRIBUTES"]);
        Assert.Equal("in_memory", variables["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"]);
        Assert.Equal("simple", variables["LOGGING__CONSOLE__FORMATTERNAME"]);
        Assert.DoesNotContain("OTEL_EXPORTER_OTLP_ENDPOINT", variables.Keys);
    }

    [Fact]
    public async Task TelemetryGoesWhereItIsConfiguredToGo()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://localhost:4317";
        builder.AddSample("web").WithHttpHealthCheck("/health");
        await using var app = await builder.StartAsync();
        await app.HealthyAsync("web");

        var variables = await app.EnvironmentOfAsync("web");

        Assert.Equal("http://localhost:4317", variables["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.Equal("grpc", variables["OTEL_EXPORTER_OTLP_PROTOCOL"]);
    }

    [RedisFact]
    public async Task EndpointsInAServicesOwnSettingsAreOverriddenByName()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Sample_AppHost>(Applications.TimeLimit);
        await using var app = await builder.StartAsync();
        var healthy = await app.HealthyAsync("backend");
        var variables = healthy.Snapshot.EnvironmentVariables.ToDictionary(v => v.Name, v => v.Value);

        Assert.Equal(app.GetEndpoint("backend", "http").ToString().TrimEnd('/'), variables["Kestrel__Endpoints__http__Url"]);
        Assert.Equal(app.GetEndpoint("backend", "grpc").ToString().TrimEnd('/'), variables["Kestrel__Endpoints__grpc__Url"]);
        Assert.DoesNotContain("ASPNETCORE_URLS", variables.Keys);

        using var client = app.CreateHttpClient("backend", "grpc");
        client.DefaultRequestVersion = HttpVersion.Version20;
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        Assert.Equal("HTTP/2", await client.GetStringAsync("/", Applications.TimeLimit));
    }

    [Fact]
    public async Task VariablesAndArgumentsTakeEveryKindOfValue()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        builder.Configuration["Parameters:api-key"] = "s3cret";
        builder.Configuration["ConnectionStrings:legacy"] = "Server=old";
        var key = builder.AddParameter("api-key", secret: true);
        var legacy = builder.AddConnectionString("legacy");
        var other = builder.AddSample("other").WithHttpEndpoint(name: "admin", env: "ADMIN_PORT");
        var composed = builder.AddConnectionString("composed", ReferenceExpression.Create($"Endpoint={other.GetEndpoint("http")};Key={key}"));
        var endpoint = other.GetEndpoint("http");
        builder.AddSample("web")
            .WithHttpHealthCheck("/health")
            .WithReference(other)
            .WithReference(legacy)
            .WithReference(composed)
            .WithEnvironment("PLAIN", "plain")
            .WithEnvironment("FROM_PARAMETER", key)
            .WithEnvironment("FROM_ENDPOINT", endpoint)
            .WithEnvironment("FROM_PROPERTY", endpoint.Property(EndpointProperty.Port))
            .WithEnvironment("FROM_EXPRESSION", $"{endpoint}/path?key={key:uri}")
            .WithEnvironment(context => context.EnvironmentVariables["FROM_CALLBACK"] = context.Resource.Name)
            .WithArgs("--first", "one")
            .WithArgs(context => context.Args.Add(endpoint));
        await using var app = await builder.StartAsync();
        await app.HealthyAsync("web");

        var variables = await app.EnvironmentOfAsync("web");

        var url = app.GetEndpoint("other", "http").ToString().TrimEnd('/');
        Assert.Equal("plain", variables["PLAIN"]);
        Assert.Equal("s3cret", variables["FROM_PARAMETER"]);
        Assert.Equal(url, variables["FROM_ENDPOINT"]);
        Assert.Equal(new Uri(url).Port.ToString(), variables["FROM_PROPERTY"]);
        Assert.Equal($"{url}/path?key=s3cret", variables["FROM_EXPRESSION"]);
        Assert.Equal("web", variables["FROM_CALLBACK"]);
        Assert.Equal(url, variables["services__other__http__0"]);
        Assert.Equal("Server=old", variables["ConnectionStrings__legacy"]);
        Assert.Equal($"Endpoint={url};Key=s3cret", variables["ConnectionStrings__composed"]);
        using var client = app.CreateHttpClient("web");
        Assert.Equal(["--first", "one", url], await client.GetFromJsonAsync<string[]>("/arguments", Applications.TimeLimit) ?? []);
        Assert.EndsWith("Sample.Service", await client.GetStringAsync("/directory", Applications.TimeLimit));

        var admin = await app.WaitAsync("other", s => s.EnvironmentVariables.Any(v => v.Name == "ADMIN_PORT"));
        Assert.Equal(
            app.GetEndpoint("other", "admin").Port.ToString(),
            admin.Snapshot.EnvironmentVariables.Single(v => v.Name == "ADMIN_PORT").Value);
    }

    [Fact]
    public async Task UrlsAreShownAsTheAppHostWantsThem()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        var web = builder.AddSample("web").WithHttpHealthCheck("/health");
        web.WithUrlForEndpoint("http", url => url.Url += "/start")
            .WithUrl("https://example.test/");
        await using var app = await builder.StartAsync();

        var healthy = await app.HealthyAsync("web");

        var root = app.GetEndpoint("web").ToString();
        Assert.Equal(
            new[] { $"{root}start", "https://example.test/" }.Order(),
            healthy.Snapshot.Urls.Select(u => u.Url).Order());
        Assert.All(healthy.Snapshot.Urls, u => Assert.False(u.IsInactive));
    }
}
