using System.Net;
using Microsoft.Extensions.ServiceDiscovery;

namespace Godzilla.StandIns.Tests;

public class QueryTests
{
    [Theory]
    [InlineData("accounts", "", "accounts", null)]
    [InlineData("http://accounts", "http", "accounts", null)]
    [InlineData("https+http://accounts:8080/path", "https,http", "accounts", null)]
    [InlineData("http://_grpc.presence", "http", "presence", "grpc")]
    [InlineData("_grpc.presence", "", "presence", "grpc")]
    [InlineData("http://_grpc.presence.default.svc", "http", "presence.default.svc", "grpc")]
    [InlineData("http://_grpc", "http", "_grpc", null)]
    [InlineData("http://_.presence", "http", "_.presence", null)]
    public void AQueryHasSchemesAServiceAndMaybeAnEndpoint(string text, string schemes, string service, string? endpoint)
    {
        Assert.True(ServiceEndpointQuery.TryParse(text, out var query));
        Assert.Equal(schemes, string.Join(',', query.IncludedSchemes));
        Assert.Equal((service, endpoint, text), (query.ServiceName, query.EndpointName, query.ToString()));
    }

    [Fact]
    public void WhatIsNoUriIsNoQuery()
    {
        Assert.False(ServiceEndpointQuery.TryParse("not a name", out _));
        Assert.Throws<ArgumentException>(() => ServiceEndpointQuery.TryParse("", out _));
    }

    [Theory]
    [InlineData("127.0.0.1", typeof(IPEndPoint), "127.0.0.1")]
    [InlineData("127.0.0.1:80", typeof(IPEndPoint), "127.0.0.1:80")]
    [InlineData("[::1]", typeof(IPEndPoint), "[::1]")]
    [InlineData("[::1]:5000", typeof(IPEndPoint), "[::1]:5000")]
    [InlineData("accounts", typeof(DnsEndPoint), "accounts")]
    [InlineData("accounts:8081", typeof(DnsEndPoint), "accounts:8081")]
    [InlineData("http://accounts:8081", typeof(UriEndPoint), "http://accounts:8081/")]
    public void AnAddressIsReadAndWritten(string text, Type kind, string written)
    {
        Assert.True(ServiceEndpoint.TryParse(text, out var endpoint));
        Assert.IsType(kind, endpoint.EndPoint);
        Assert.Equal(written, endpoint.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    [InlineData("not an address")]
    public void WhatIsNoAddressIsRefused(string? text) => Assert.False(ServiceEndpoint.TryParse(text, out _));
}
