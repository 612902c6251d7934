using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Godzilla.Gateway.ApiDocument;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.Tests.Unit.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Godzilla.Tests.Unit.Gateway;

/// <summary>The merged document over services that come, go and change.</summary>
public sealed class PublicDocumentCacheTests : IAsyncLifetime, IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly StubServices _services = new();
    private ServiceHost? _host;

    private HttpClient Client => _host!.Http;

    public async Task InitializeAsync() => _host = await ServiceHost.StartAsync(
        "Production",
        builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(_time);
            builder.Configuration["Identity:Service"] = "gateway";
            foreach (var service in new[] { "accounts", "chat" })
            {
                builder.Configuration[$"Identity:Callees:{service}:Key"] = GodzillaApp.KeyOf("gateway", service);
            }

            builder.Services.AddIdentitySigner();
            builder.Services.AddReverseProxy().LoadFromMemory(
                [Route("sessions", "accounts", "/user/sessions/{id}", "GET"), Route("rooms", "chat", "/room/{kind:regex(^(one|two)$)}"), Route("hidden", "chat", "/secret", "POST")],
                [Cluster("accounts"), Cluster("chat")]);
            builder.Services.AddSingleton<IForwarderHttpClientFactory>(_services);
            builder.Services.AddPublicDocument();
        },
        app =>
        {
            app.MapReverseProxy();
            app.MapPublicDocument();
        });

    public async Task DisposeAsync() => await _host!.DisposeAsync();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task AServiceThatWasNeverReadMakesItUnavailableUntilItIs()
    {
        _services.Away = "chat";

        using var unavailable = await Client.GetAsync("/openapi.json");
        Assert.Equal("Service Unavailable", await Envelope.AssertAsync(HttpStatusCode.ServiceUnavailable, unavailable));
        Assert.Equal(TimeSpan.FromSeconds(1), unavailable.Headers.RetryAfter?.Delta);

        _services.Away = "";
        Assert.Contains("/room/one", await PathsAsync());
    }

    [Fact]
    public async Task ItIsReadAgainAfterAMinuteAndAServiceThatIsAwayThenIsShownAsItWas()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PathsAsync()));
        Assert.Equal(1, _services.Reads("accounts"));
        Assert.Equal(1, _services.Reads("chat"));

        _services.HasMore = true;
        Assert.DoesNotContain("/room/two", await PathsAsync());
        _services.Away = "accounts";
        _time.Advance(PublicDocument.FreshFor + TimeSpan.FromSeconds(1));

        var paths = await PathsAsync();
        Assert.Contains("/room/two", paths);
        Assert.Contains("/user/sessions/{id}", paths);
    }

    [Fact]
    public async Task OnlyWhatARouteLeadsToIsInItAndSchemasOfOneNameAreToldApart()
    {
        var document = await DocumentAsync();

        Assert.Equal(["/healthz", "/openapi.json", "/room/one", "/user/sessions/{id}"], document["paths"]!.AsObject().Select(path => path.Key).Order());
        Assert.Null(document["paths"]!["/user/sessions/{id}"]!["delete"]);
        var schemas = document["components"]!["schemas"]!.AsObject();
        Assert.Equal(["ChatThing", "ErrorEnvelope", "Thing"], schemas.Select(schema => schema.Key));
        Assert.Equal("#/components/schemas/ChatThing", SchemaOf(document, "/room/one"));
        Assert.Equal("#/components/schemas/Thing", SchemaOf(document, "/user/sessions/{id}"));
        Assert.Equal("string", schemas["ChatThing"]!["properties"]!["room"]!["type"]!.GetValue<string>());
        Assert.Equal("getRoomOne", document["paths"]!["/room/one"]!["get"]!["operationId"]!.GetValue<string>());
    }

    private static string SchemaOf(JsonNode document, string path) =>
        document["paths"]![path]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!["$ref"]!.GetValue<string>();

    private static RouteConfig Route(string id, string cluster, string path, params string[] methods) => new()
    {
        RouteId = id,
        ClusterId = cluster,
        Match = new RouteMatch { Path = path, Methods = methods.Length == 0 ? null : methods },
    };

    private static ClusterConfig Cluster(string service) => new()
    {
        ClusterId = service,
        Destinations = new Dictionary<string, DestinationConfig>(StringComparer.Ordinal) { [service] = new() { Address = $"http://{service}" } },
    };

    private async Task<JsonNode> DocumentAsync() => (await Client.GetFromJsonAsync<JsonNode>("/openapi.json"))!;

    private async Task<IReadOnlyList<string>> PathsAsync() => [.. (await DocumentAsync())["paths"]!.AsObject().Select(path => path.Key)];

    /// <summary>Two services that have a schema of one name, and operations that no route leads to.</summary>
    private sealed class StubServices : HttpMessageHandler, IForwarderHttpClientFactory
    {
        private readonly Dictionary<string, int> _reads = new(StringComparer.Ordinal);

        public string Away { get; set; } = "";

        public bool HasMore { get; set; }

        public int Reads(string service) => _reads.GetValueOrDefault(service);

        public HttpMessageInvoker CreateClient(ForwarderHttpClientContext context) => new(this, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var service = request.RequestUri!.Host;
            Assert.Equal("/openapi.json", request.RequestUri.AbsolutePath);
            Assert.Equal("gateway", Assert.Single(request.Headers.GetValues(IdentityHeaders.Issuer)));
            if (service == Away)
            {
                throw new HttpRequestException("away");
            }

            _reads[service] = Reads(service) + 1;
            var document = service == "accounts"
                ? Document("session", ("/user/sessions/{id}", "get"), ("/user/sessions/{id}", "delete"), ("/keys/{hash}", "get"))
                : Document("room", [("/room/one", "get"), ("/room/three", "get"), ("/secret", "get"), .. HasMore ? new[] { ("/room/two", "get") } : []]);
            return Task.FromResult(new HttpResponseMessage { Content = JsonContent.Create(document) });
        }

        private static JsonObject Document(string property, params (string Path, string Method)[] operations)
        {
            var paths = new JsonObject();
            foreach (var (path, method) in operations)
            {
                paths[path] ??= new JsonObject();
                paths[path]![method] = JsonNode.Parse(
                    """{"tags":["T"],"responses":{"200":{"description":"OK","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Thing"}}}}}}""");
            }

            return new JsonObject
            {
                ["paths"] = paths,
                ["components"] = new JsonObject
                {
                    ["schemas"] = new JsonObject
                    {
                        ["Thing"] = new JsonObject
                        {
                            ["type"] = "object",
                            ["properties"] = new JsonObject { [property] = new JsonObject { ["type"] = "string" } },
                        },
                        ["Unused"] = new JsonObject { ["type"] = "object" },
                    },
                },
            };
        }
    }
}
