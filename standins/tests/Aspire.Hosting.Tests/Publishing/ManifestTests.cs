using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Aspire.Hosting.Tests.Publishing;

/// <summary>The manifest: what Aspire 13.6.0 itself wrote for the same model, and what cannot be published.</summary>
public sealed class ManifestTests
{
    private static readonly string[] Publish = ["--publisher", "manifest", "--output-path"];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static TheoryData<string[]> Requests => new()
    {
        { ["--publisher", "manifest"] },
        { ["--operation", "publish", "--step", "publish-manifest"] },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task TheManifestIsTheOneThatAspireWrites(string[] request)
    {
        using var data = new TemporaryFolder();
        var file = data.File("manifest.json");
        await using var appHost = AppHostProcess.Start("Golden.AppHost", data, [.. request, "--output-path", file], assembly: "Godzilla.AppHost");
        Assert.Equal(0, await appHost.ExitCodeAsync());

        // The sample's paths lead from its folder to the app host's neighbours.
        var root = Path.GetRelativePath(data.Path, GoldenFolder());
        var written = (await File.ReadAllTextAsync(file)).Replace($"\"{root}/", "\"../", StringComparison.Ordinal);

        Assert.Equal(InOneForm(await File.ReadAllTextAsync(Path.Combine(Here(), "manifest.json"))), InOneForm(written));
        Assert.Equal([$"Published the manifest to {file}"], appHost.Output);
        Assert.Equal(["manifest.json"], Directory.EnumerateFileSystemEntries(data.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task APathWithoutJsonIsAFolder()
    {
        using var data = new TemporaryFolder();
        await using var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["steady", .. Publish, data.File("out")]);

        Assert.Equal(0, await appHost.ExitCodeAsync());

        var steady = JsonNode.Parse(await File.ReadAllTextAsync(data.File("out/aspire-manifest.json")))!["resources"]!["steady"]!;
        Assert.Equal("executable.v0", (string?)steady["type"]);
        Assert.Equal(["1000"], steady["args"]!.AsArray().Select(a => (string?)a));
    }

    [Theory]
    [InlineData("only the manifest can be published", "--publisher", "docker-compose", "--output-path", "x.json")]
    [InlineData("only the manifest can be published", "--operation", "publish", "--step", "deploy", "--output-path", "x.json")]
    [InlineData("--output-path is missing", "--publisher", "manifest")]
    [InlineData("the manifest cannot be written to '/proc/x.json'", "--publisher", "manifest", "--output-path", "/proc/x.json")]
    public async Task WhatCannotBePublishedIsOneLine(string reason, params string[] arguments)
    {
        using var data = new TemporaryFolder();
        await using var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["steady", .. arguments]);

        Assert.Equal(1, await appHost.ExitCodeAsync());
        Assert.StartsWith($"The application cannot be published: {reason}", Assert.Single(appHost.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NamesPortsAndArgumentsAreTheModels()
    {
        using var data = new TemporaryFolder();
        var resources = await PublishAsync(data, builder =>
        {
            var password = builder.AddParameter("pass", new GenerateParameterDefault { MinLength = 9, Upper = false, MinNumeric = 2 }, secret: true);
            builder.AddRedis("cache", password: password).WithDataVolume("kept");
            builder.AddSample("web")
                .DisableForwardedHeaders()
                .WithHttpEndpoint(port: 81, targetPort: 8081, name: "admin")
                .WithExternalHttpEndpoints()
                .WithEnvironment("Url", $"redis://:{password:uri}@cache")
                .WithArgs("--fast");
        });

        Assert.Equal(["pass", "cache", "web", "pass-uri-encoded", "cond-cache-bindings-tcp-tlsenabled-"], resources.Select(r => r.Key.StartsWith("cond-", StringComparison.Ordinal) ? r.Key[..^8] : r.Key));
        Assert.Equal("""{"generate":{"minLength":9,"upper":false,"minNumeric":2}}""", resources["pass"]!["inputs"]!["value"]!["default"]!.ToJsonString());
        Assert.Equal("kept", (string?)resources["cache"]!["volumes"]![0]!["name"]);
        var web = resources["web"]!;
        Assert.Equal("--fast", (string?)web["args"]![0]);
        Assert.Equal("redis://:{pass-uri-encoded.value}@cache", (string?)web["env"]!["Url"]);
        Assert.Equal("{web.bindings.http.targetPort};{web.bindings.admin.targetPort}", (string?)web["env"]!["HTTP_PORTS"]);
        Assert.Null(web["env"]!["ASPNETCORE_FORWARDEDHEADERS_ENABLED"]);
        Assert.Equal(
            """{"scheme":"http","protocol":"tcp","transport":"http","port":81,"targetPort":8081,"external":true}""",
            web["bindings"]!["admin"]!.ToJsonString());
    }

    private static async Task<JsonObject> PublishAsync(TemporaryFolder data, Action<IDistributedApplicationBuilder> describe)
    {
        var file = data.File("manifest.json");
        using var builder = DistributedApplicationTestingBuilder.Create([.. Publish, file, $"--Aspire:Store:Path={data.Path}"]);
        describe(builder);
        await using var app = await builder.BuildAsync(Applications.TimeLimit);
        await app.RunAsync(Applications.TimeLimit);
        return JsonNode.Parse(await File.ReadAllTextAsync(file))!["resources"]!.AsObject();
    }

    private static string InOneForm(string json) => JsonSerializer.Serialize(JsonNode.Parse(json), Indented);

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    private static string GoldenFolder() => Path.GetFullPath(Path.Combine(Here(), "..", "..", "Golden.AppHost"));
}
