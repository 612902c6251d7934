using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Godzilla.Tests.System.AppHost;

/// <summary>What the app host says, without anything being started.</summary>
public sealed class ModelTests
{
    [Theory]
    [InlineData("gateway", "http", 8080)]
    [InlineData("gateway", "https", 8443)]
    [InlineData("accounts", "http", 8081)]
    [InlineData("chat", "http", 3000)]
    [InlineData("presence", "grpc", 50051)]
    public async Task ThePortsAreThoseOfTheOriginal(string resource, string endpoint, int port)
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Godzilla_AppHost>(["DcpPublisher:RandomizePorts=false"]);

        var endpoints = builder.Resources.Single(r => r.Name == resource).Annotations.OfType<EndpointAnnotation>();

        Assert.Equal(port, endpoints.Single(e => e.Name == endpoint).Port);
    }

    [Fact]
    public async Task OnlyTheGatewayIsForTheOutside()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Godzilla_AppHost>();

        var outside = builder.Resources.Where(r => r.Annotations.OfType<EndpointAnnotation>().Any(e => e.IsExternal)).Select(r => r.Name);

        Assert.Equal(["gateway"], outside);
    }

    // Real Aspire would otherwise publish every service so that it believes anybody's forwarding headers.
    [Fact]
    public async Task NoServiceBelievesEverybodysForwardingHeaders()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Godzilla_AppHost>();

        var services = builder.Resources.OfType<ProjectResource>().ToList();

        Assert.NotEmpty(services);
        Assert.All(services, service => Assert.Single(service.Annotations.OfType<DisableForwardedHeadersAnnotation>()));
    }
}
