using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Godzilla.Tests.System.Gateway;

/// <summary>The document at <c>/openapi.json</c> says what the endpoints do.</summary>
[Collection(RunningSystem.Name)]
public sealed class PublicDocumentTests(GodzillaApp app) : IAsyncLifetime
{
    // 24 hex digits: the id of nothing.
    private const string NoId = "0123456789abcdef01234567";

    private OpenApiDocument? _document;

    private OpenApiDocument Document => _document!;

    public async Task InitializeAsync()
    {
        using var client = app.CreateClient();
        _document = await OpenApiDocument.ReadAsync(client);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public void EveryRouteButWebSocketsIsInIt()
    {
        var routes = Routes();
        Assert.NotEmpty(routes);
        foreach (var (path, methods) in routes)
        {
            var found = Document.Operations.Where(operation => Matches(path, operation.Path)).ToList();
            Assert.True(found.Count > 0, $"{path} is not in the document.");
            foreach (var method in methods)
            {
                Assert.True(found.Exists(operation => operation.Method == method), $"{method} {path} is not in the document.");
            }
        }
    }

    [Fact]
    public void WhatIsForServicesOnlyIsNotInIt()
    {
        string[] own = ["/healthz", "/openapi.json"];

        Assert.All(Document.Operations, operation => Assert.True(
            own.Contains(operation.Path)
            || Routes().Any(route => Matches(route.Path, operation.Path) && (route.Methods.Length == 0 || route.Methods.Contains(operation.Method))),
            $"No route leads to {operation}."));
        Assert.DoesNotContain("ApiKeyIdentity", Document.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryOperationSaysWhatItIsAndWhatItAnswers()
    {
        Assert.All(Document.Operations, operation =>
        {
            Assert.False(string.IsNullOrEmpty(operation.Text("operationId")), $"{operation} has no id.");
            Assert.False(string.IsNullOrEmpty(operation.Text("summary")), $"{operation} has no summary.");
            Assert.NotEmpty(operation.Json.GetProperty("tags").EnumerateArray());
            Assert.DoesNotContain(operation.Json.GetProperty("tags").EnumerateArray(), tag => tag.GetString()!.Contains("Godzilla", StringComparison.Ordinal));
            var responses = operation.Json.GetProperty("responses");
            Assert.Contains(responses.EnumerateObject(), response => response.Name.StartsWith('2') && response.Value.TryGetProperty("content", out _));
            foreach (var error in new[] { "4XX", "5XX" })
            {
                Assert.Equal(
                    operation.Path.StartsWith("/v1/", StringComparison.Ordinal) ? "#/components/schemas/OpenAIError" : "#/components/schemas/ErrorEnvelope",
                    responses.GetProperty(error).GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString());
            }
        });
        Assert.Equal(Document.Operations.Count, Document.Operations.Select(operation => operation.Text("operationId")).Distinct().Count());
        foreach (var (method, path) in new[] { ("POST", "/user/login"), ("POST", "/user/register"), ("PATCH", "/user/me"), ("DELETE", "/user/me"), ("POST", "/discussion"), ("POST", "/discussion/{id}/messages"), ("POST", "/user/keys"), ("POST", "/user/password") })
        {
            Assert.True(Document.Find(method, path).Json.GetProperty("requestBody").GetProperty("content").TryGetProperty("application/json", out _), $"{method} {path} has no body.");
        }

    }

    [Fact]
    public async Task WhatABodyRequiresIsRequiredAndIsWhatItSays()
    {
        using var person = await app.SignUpAsync("megalon");
        foreach (var operation in Document.Operations.Where(operation => operation.Body is { } body && Document.RequiredOf(body).Count > 0))
        {
            using var request = Request(operation);
            using var response = await person.Http.SendAsync(request);
            Assert.True(response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden, $"{operation} takes an empty body: {response.StatusCode}");
        }

        Assert.Equal(["username", "password"], Document.RequiredOf(Document.Find("POST", "/user/login").Body!.Value));
        Assert.Equal(["users"], Document.RequiredOf(Document.Find("POST", "/discussion").Body!.Value));
        Assert.Equal(["name", "scopes"], Document.RequiredOf(Document.Find("POST", "/user/keys").Body!.Value));
        Assert.DoesNotContain("\"type\":[\"integer\"", Document.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatNeedsASessionIsRefusedWithoutOneAndNothingElseIs()
    {
        using var nobody = app.CreateClient();
        foreach (var operation in Document.Operations)
        {
            using var response = await nobody.SendAsync(Request(operation));

            if (operation.NeedsCaller)
            {
                Document.AssertMatches(operation, response.StatusCode, await response.Content.ReadAsStringAsync());
                Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, $"{operation} answers {response.StatusCode} without a session.");
            }
            else
            {
                Assert.True(response.StatusCode != HttpStatusCode.Unauthorized, $"{operation} needs a session.");
            }
        }

        Assert.Contains(Document.Operations, operation => operation.NeedsSession);
        Assert.Equal("auth_token", Document.Json.GetProperty("components").GetProperty("securitySchemes").GetProperty("session").GetProperty("name").GetString());
    }

    [Fact]
    public async Task EveryOperationIsThere()
    {
        using var person = await app.SignUpAsync("megalon");

        // Whatever ends the session comes last.
        foreach (var operation in Document.Operations.OrderBy(operation => operation.Path == "/user/logout"))
        {
            using var response = await person.Http.SendAsync(Request(operation));
            var body = await response.Content.ReadAsStringAsync();

            Assert.NotEqual(HttpStatusCode.MethodNotAllowed, response.StatusCode);
            if (operation.NeedsSession)
            {
                Assert.NotEqual(HttpStatusCode.Unauthorized, response.StatusCode);
            }

            // An endpoint says what it did not find; the bare phrase means that there is no endpoint.
            Assert.DoesNotContain("\"Not Found\"", body, StringComparison.Ordinal);
            Document.AssertMatches(operation, response.StatusCode, body);
        }
    }

    [Fact]
    public async Task AnswersHaveTheShapesThatItSays()
    {
        using var client = app.CreateClient();
        using var mothra = app.NewPerson("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var credentials = new { username = mothra.Name, password = mothra.Password };
        await CallAsync(client, "POST", "/user/register", HttpStatusCode.Created, credentials);
        await CallAsync(client, "POST", "/user/register", HttpStatusCode.Conflict, credentials);
        await CallAsync(client, "POST", "/user/login", HttpStatusCode.OK, credentials);
        await CallAsync(client, "POST", "/user/login", HttpStatusCode.Unauthorized, credentials with { password = "not the password" });
        await mothra.LogInAsync();
        var me = mothra.Http;

        await CallAsync(me, "GET", "/user/me", HttpStatusCode.OK);
        await CallAsync(me, "PATCH", "/user/me", HttpStatusCode.OK, new { display_name = "Mothra" });
        await CallAsync(me, "GET", "/user/me", HttpStatusCode.OK);
        await CallAsync(me, "GET", "/user/sessions", HttpStatusCode.OK);
        var key = await CallAsync(me, "POST", "/user/keys", HttpStatusCode.Created, new { name = "k", scopes = new[] { "inference" } });
        await CallAsync(me, "GET", "/user/keys", HttpStatusCode.OK);
        await CallAsync(me, "DELETE", "/user/keys/{id}", HttpStatusCode.OK, id: key.GetProperty("key").GetProperty("id").GetString()!);
        var discussion = await CallAsync(me, "POST", "/discussion", HttpStatusCode.Created, new { users = new[] { rodan.Name } });
        var id = discussion.GetProperty("id").GetString()!;
        await CallAsync(me, "GET", "/discussion", HttpStatusCode.OK);
        await CallAsync(me, "POST", "/discussion/{id}/messages", HttpStatusCode.OK, new[] { new { text = "Are you awake?" } }, id);
        await CallAsync(me, "GET", "/discussion/{id}/messages", HttpStatusCode.OK, id: id);
        await CallAsync(me, "GET", "/discussion", HttpStatusCode.OK);
        await CallAsync(me, "GET", "/presence/online", HttpStatusCode.OK);
        await CallAsync(me, "GET", "/presence/typing", HttpStatusCode.OK);
        await CallAsync(me, "GET", "/user/audit", HttpStatusCode.OK);
        await CallAsync(me, "GET", "/user/me/export", HttpStatusCode.OK);
        await CallAsync(me, "GET", "/admin/users", HttpStatusCode.Forbidden);
        await CallAsync(me, "POST", "/user/logout", HttpStatusCode.OK);
        await CallAsync(client, "GET", "/healthz", HttpStatusCode.OK);
    }

    private static List<(string Path, string[] Methods)> Routes()
    {
        var settings = new ConfigurationBuilder().AddJsonFile(Path.Combine(RepositoryRoot(), "Godzilla.Gateway", "appsettings.json")).Build();
        return [.. settings.GetSection("ReverseProxy:Routes").GetChildren()
            .Where(route => !route.Key.StartsWith("helixflow-", StringComparison.Ordinal)) // They are nothing unless they are switched on.
            .Select(route => (Path: route["Match:Path"]!, Methods: route.GetSection("Match:Methods").Get<string[]>() ?? []))
            .Where(route => !route.Path.StartsWith("/hubs/", StringComparison.Ordinal) && route.Path != "/socket.io")];
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Godzilla.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }

    // Segment by segment; a parameter of the route stands for any, a catch-all for the rest.
    private static bool Matches(string route, string path)
    {
        var (expected, actual) = (route.Split('/'), path.Split('/'));
        for (var i = 0; i < expected.Length; i++)
        {
            if (expected[i].StartsWith("{**", StringComparison.Ordinal))
            {
                return true;
            }

            if (i >= actual.Length || (expected[i] != actual[i] && !expected[i].StartsWith('{')))
            {
                return false;
            }
        }

        return expected.Length == actual.Length;
    }

    private static HttpRequestMessage Request(OpenApiOperation operation)
    {
        var path = string.Join('/', operation.Path.Split('/').Select(segment => segment.StartsWith('{') ? NoId : segment));
        return new HttpRequestMessage(new HttpMethod(operation.Method), path)
        {
            Content = operation.Json.TryGetProperty("requestBody", out _) ? JsonContent.Create(new { }) : null,
        };
    }

    private async Task<JsonElement> CallAsync(HttpClient client, string method, string path, HttpStatusCode expected, object? body = null, string id = NoId)
    {
        var operation = Document.Find(method, path);
        using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace("{id}", id, StringComparison.Ordinal));
        request.Content = body is null ? null : JsonContent.Create(body);
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{operation}: {(int)response.StatusCode} {text}");
        Document.AssertMatches(operation, response.StatusCode, text);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }
}
