using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Playwright;
using OpenTelemetry.Proto.Logs.V1;
using static Microsoft.Playwright.Assertions;

namespace Aspire.Dashboard.Tests.Otlp;

/// <summary>A dashboard alone, without an app host, and what comes to it over OTLP.</summary>
public sealed class OtlpTests : IAsyncLifetime
{
    private const string Key = "key-of-this-test";
    private const string Token = "token-of-this-test";

    private readonly string _frontend = Url();
    private readonly string _grpc = Url();
    private readonly string _http = Url();
    private ProgramProcess _process = null!;

    public async Task InitializeAsync()
    {
        _process = Start(new() { ["DASHBOARD__OTLP__AUTHMODE"] = "ApiKey", ["DASHBOARD__OTLP__PRIMARYAPIKEY"] = Key, ["DASHBOARD__FRONTEND__BROWSERTOKEN"] = Token });
        await _process.LineAsync($"Now listening on: {_frontend}");
    }

    public async Task DisposeAsync() => await _process.DisposeAsync();

    [Fact]
    public async Task GrpcNeedsTheKey()
    {
        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(() => ExportAsync(_grpc, null, "no key"))).StatusCode);
        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(() => ExportAsync(_grpc, "wrong", "wrong key"))).StatusCode);
        await ExportAsync(_grpc, Key, "right key");
    }

    [Fact]
    public async Task HttpNeedsTheKeyAndProtobuf()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(_http, null));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(_http, "wrong"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(_http, Key));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await PostAsync(_http, Key, type: "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(_http, Key, body: [0xff, 0xff, 0xff]));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(_http, Key, body: new byte[17 * 1024 * 1024], compress: true));
    }

    [Fact]
    public async Task EachPortServesItsOwnOnly()
    {
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(_frontend, Key));
        using var client = new HttpClient();
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"{_http}/login")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"{_frontend}/login")).StatusCode);
    }

    [Fact]
    public async Task OtherSitesCannotOpenItsSockets()
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{_frontend}/_blazor/negotiate") { Headers = { { "Origin", "http://localhost:1" } } };

        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(request)).StatusCode);
    }

    [BrowserFact]
    public async Task WhatCameOverBothIsShown()
    {
        await ExportAsync(_grpc, Key, "it came over gRPC");
        Assert.Equal(HttpStatusCode.OK, await PostAsync(_http, Key, compress: true));

        await using var browser = await Browser.StartAsync();
        await browser.Page.GotoAsync($"{_frontend}/login?t={Token}");

        await Expect(browser.Page.GetByRole(AriaRole.Heading, new() { Name = "Structured logs" })).ToBeVisibleAsync();
        await Expect(browser.Page.GetByText("it came over gRPC")).ToBeVisibleAsync();
        await Expect(browser.Page.GetByText("it came over HTTP")).ToBeVisibleAsync();
        await Expect(browser.Page.GetByRole(AriaRole.Link, new() { Name = "Resources" })).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData("DASHBOARD__OTLP__AUTHMODE", "Sesame", "Sesame")]
    [InlineData("DASHBOARD__OTLP__PRIMARYAPIKEY", "", "Dashboard:Otlp:PrimaryApiKey is missing")]
    [InlineData("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "nowhere", "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL is 'nowhere'")]
    [InlineData("DASHBOARD__TELEMETRYLIMITS__MAXLOGCOUNT", "0", "Dashboard:TelemetryLimits:MaxLogCount is 0")]
    public async Task ABadSettingStopsTheStartWithOneLine(string name, string value, string reason)
    {
        await using var process = Start(new() { ["DASHBOARD__OTLP__AUTHMODE"] = "ApiKey", ["DASHBOARD__OTLP__PRIMARYAPIKEY"] = Key, [name] = value });

        Assert.Equal(1, await process.ExitCodeAsync());
        await process.LineAsync("The dashboard cannot start: ");
        Assert.Contains(reason, Assert.Single(process.Lines), StringComparison.Ordinal);
    }

    private static string Url() => string.Create(CultureInfo.InvariantCulture, $"http://localhost:{ProgramProcess.FreePort()}");

    private static async Task ExportAsync(string url, string? key, string message)
    {
        using var channel = GrpcChannel.ForAddress(url);
        var method = new Method<ExportLogsServiceRequest, ExportLogsServiceResponse>(
            MethodType.Unary,
            "opentelemetry.proto.collector.logs.v1.LogsService",
            "Export",
            Marshallers.Create(r => r.ToByteArray(), ExportLogsServiceRequest.Parser.ParseFrom),
            Marshallers.Create(r => r.ToByteArray(), ExportLogsServiceResponse.Parser.ParseFrom));
        Metadata headers = key is null ? [] : new Metadata { { "x-otlp-api-key", key } };
        using var call = channel.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(headers), Exports.Logs("over-grpc", Exports.Log(message)));
        await call.ResponseAsync;
    }

    private static async Task<HttpStatusCode> PostAsync(string url, string? key, byte[]? body = null, string type = "application/x-protobuf", bool compress = false)
    {
        body ??= Exports.Logs("over-http", Exports.Log("it came over HTTP")).ToByteArray();
        if (compress)
        {
            using var compressed = new MemoryStream();
            await using (var target = new GZipStream(compressed, CompressionLevel.Fastest))
            {
                await target.WriteAsync(body);
            }

            body = compressed.ToArray();
        }

        using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
        if (compress)
        {
            content.Headers.ContentEncoding.Add("gzip");
        }

        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{url}/v1/logs") { Content = content };
        if (key is not null)
        {
            request.Headers.Add("x-otlp-api-key", key);
        }

        return (await client.SendAsync(request)).StatusCode;
    }

    private ProgramProcess Start(Dictionary<string, string> variables)
    {
        variables.TryAdd("ASPNETCORE_URLS", _frontend);
        variables.TryAdd("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", _grpc);
        variables.TryAdd("ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL", _http);
        return ProgramProcess.Start("../Aspire.Dashboard", [], variables);
    }
}
