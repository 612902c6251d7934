using YamlDotNet.Serialization;

namespace Aspirate.Tests;

/// <summary>What the tool makes of the manifest that Aspire 13.6.0 wrote, and what it refuses.</summary>
public sealed class GenerateTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task EachWorkloadHasAFolderAndWhatIsBlankIsNotWritten()
    {
        await GenerateAsync();

        var files = Directory.EnumerateFiles(_tool.Output, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(_tool.Output, f)).Order(StringComparer.Ordinal);
        string[] expected =
        [
            .. new[] { "accounts", "chat", "gateway", "mongodb", "presence", "redis" }.Select(name => $"{name}/workload.yaml"),
            .. new[] { "accounts", "chat", "gateway", "presence" }.Select(name => $"{name}/project-only.yaml"),
            "kustomization.yaml", "namespace/namespace.yaml", "required-secrets.json",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), files);
        Assert.Equal("name: test\n", _tool.Read("out/namespace/namespace.yaml"));
    }

    // The faults 1, 2 and 5 of aspirate 9.1: expressions that stay, "&amp;", passwords in plain text.
    [Fact]
    public async Task ConnectionStringsAreWholeAndHoldNoSecret()
    {
        await GenerateAsync("--container-registry", "registry.example", "--container-repository-prefix", "godzilla");

        var accounts = Workload("accounts");
        Assert.Equal("registry.example/godzilla/accounts:1.2.3", accounts["image"]);
        Assert.Equal("docker.io/library/redis:8.6", Workload("redis")["image"]);
        Assert.Contains(
            new KeyValuePair<object, object>(
                "ConnectionStrings__accountsdb",
                "mongodb://admin:$(MONGODB_PASSWORD_URI)@mongodb:27017/accountsdb?authSource=admin&authMechanism=SCRAM-SHA-256"),
            List<Dictionary<object, object>>(accounts, "composed").SelectMany(c => c));
        Assert.Contains("MONGODB_PASSWORD_URI=mongodb-password/uri", List<string>(accounts, "secrets"));
        Assert.Contains("ACCOUNTSDB_PASSWORD=mongodb-password/value", List<string>(accounts, "secrets"));
        Assert.Contains("Identity__Key=identity-key/value", List<string>(accounts, "secrets"));
        Assert.Contains(
            new KeyValuePair<object, object>("ConnectionStrings__redis", "redis:6379,password=$(REDIS_PASSWORD)"),
            List<Dictionary<object, object>>(accounts, "composed").SelectMany(c => c));
        Assert.Contains("Extra=a & b", List<string>(Workload("chat"), "config"));
        Assert.DoesNotContain(
            Directory.EnumerateFiles(_tool.Output, "*", SearchOption.AllDirectories).Select(File.ReadAllText),
            text => text.Contains("&amp;", StringComparison.Ordinal) || text.Contains(".value}", StringComparison.Ordinal) || text.Contains(".bindings.", StringComparison.Ordinal));
    }

    // The faults 3 and 4: a port twice, and another scheme than the endpoint's.
    [Fact]
    public async Task EndpointsHaveOnePortEachAndTheirOwnScheme()
    {
        await GenerateAsync();

        Assert.Equal(["grpc=http:50051", "http=http:50052"], List<string>(Workload("presence"), "ports"));
        Assert.Equal(["http=http:8080"], List<string>(Workload("gateway"), "ports"));
        Assert.Contains(
            new KeyValuePair<object, object>("REDIS_URI", "redis://:$(REDIS_PASSWORD_URI)@redis:6379"),
            List<Dictionary<object, object>>(Workload("chat"), "composed").SelectMany(c => c));
        Assert.DoesNotContain(List<string>(Workload("gateway"), "config"), v => v.Contains("https", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task EdgesAreTheReferencesOfTheModel()
    {
        await GenerateAsync();

        Assert.Equal(["redis: 6379", "mongodb: 27017", "presence: 50051 50052"], List<string>(Workload("chat"), "calls"));
        Assert.Equal(["chat: 50051 50052"], List<string>(Workload("presence"), "callers"));
        Assert.Equal(["redis: 6379", "accounts: 8080", "chat: 8080"], List<string>(Workload("gateway"), "calls"));
        Assert.Null(Workload("gateway")["callers"]);
        Assert.Null(Workload("redis")["calls"]);
        Assert.Contains("services__presence__grpc__0=http://presence-headless:50051", List<string>(Workload("chat"), "config"));
    }

    [Fact]
    public async Task SecretsAreNamedWithTheirRulesAndHaveNoValue()
    {
        await GenerateAsync();

        var secrets = _tool.Read("out/required-secrets.json").ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal);
        Assert.Contains("""{"name":"identity-key","keys":["value"],"generate":{"minLength":48,"lower":true,"upper":true,"numeric":true,"special":false,""", secrets, StringComparison.Ordinal);
        Assert.Contains("""{"name":"redis-password","keys":["value","uri"],""", secrets, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsRenderedNoMoreIsDeletedAndWhatIsNotOursStays()
    {
        await GenerateAsync();
        Directory.CreateDirectory(_tool.File("out/old"));
        await File.WriteAllTextAsync(_tool.File("out/old/workload.yaml"), "old");

        await GenerateAsync();

        Assert.False(File.Exists(_tool.File("out/old/workload.yaml")));
        File.Delete(_tool.File("out/required-secrets.json"));
        var (exitCode, _, errors) = await _tool.GenerateAsync();
        Assert.Equal((1, $"aspirate: '{_tool.Output}' holds something else than manifests of an earlier time: name an empty folder"), (exitCode, errors));
    }

    [Theory]
    [InlineData("""{}""", "is no manifest of an app host: it has no resources")]
    [InlineData("""nonsense""", "the manifest cannot be read: ")]
    [InlineData("""{"resources":{"a":{"type":"project.v0","env":{"X":"{b.bindings.http.url}"}}}}""", "the manifest refers to 'b', and there is no resource of that name in it")]
    [InlineData("""{"resources":{"a":{"type":"project.v0","env":{"X":"{a.bindings.http.url}"}}}}""", "the manifest refers to the endpoint 'http' of 'a', which has none of that name")]
    [InlineData("""{"resources":{"a":{"type":"project.v0","env":{"X":"{a.outputs.url}"}}}}""", "the manifest's expression '{a.outputs.url}' is not known")]
    [InlineData("""{"resources":{"a":{"type":"value.v0","connectionString":"{b.connectionString}"},"b":{"type":"value.v0","connectionString":"{a.connectionString}"},"c":{"type":"project.v0","env":{"X":"{a.connectionString}"}}}}""", "refers to itself")]
    [InlineData("""{"resources":{"a":{"type":"container.v1"}}}""", "the container 'a' has no image in the manifest")]
    [InlineData("""{"resources":{"p":{"type":"parameter.v0","inputs":{"value":{"type":"string"}}},"a":{"type":"project.v0","env":{"X":"{p.value}"}}}}""", "the parameter 'p' has no value: set the environment variable Parameters__p")]
    [InlineData("""{"resources":{"a":{"type":"project.v0"}}}""", "values.yaml has values for 'presence', which is no workload of the manifest")]
    public async Task AManifestThatCannotBeUsedIsOneLine(string manifest, string reason)
    {
        await File.WriteAllTextAsync(_tool.File("bad.json"), manifest);

        var (exitCode, _, errors) = await _tool.GenerateAsync(_tool.File("bad.json"));

        Assert.Equal(1, exitCode);
        Assert.StartsWith("aspirate: ", errors, StringComparison.Ordinal);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', errors);
        Assert.False(Directory.Exists(_tool.Output));
    }

    [Fact]
    public async Task WhatInitNotesIsWhatGenerateUses()
    {
        Assert.Equal(0, (await _tool.RunAsync(["init", "--template-path", Tool.Templates, "--container-registry", "noted.example", "--image-tag", "7"])).ExitCode);

        var (exitCode, _, errors) = await _tool.RunAsync(["generate", "--skip-build", "--aspire-manifest", Tool.Golden, "--output-path", _tool.Output, "--namespace", "other"]);

        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Equal("noted.example/chat:7", Workload("chat")["image"]);
        Assert.Equal("name: other\n", _tool.Read("out/namespace/namespace.yaml"));
    }

    private async Task GenerateAsync(params string[] more)
    {
        var (exitCode, _, errors) = await _tool.GenerateAsync(null, more);
        Assert.Equal((0, ""), (exitCode, errors));
    }

    private Dictionary<string, object?> Workload(string name) =>
        new DeserializerBuilder().Build().Deserialize<Dictionary<string, object?>>(_tool.Read($"out/{name}/workload.yaml"));

    private static IEnumerable<T> List<T>(Dictionary<string, object?> workload, string key) => ((List<object>?)workload[key] ?? []).Select(item => item switch
    {
        T value => value,

        // "name: 1 2" is a map in YAML.
        Dictionary<object, object> map => (T)(object)string.Join(',', map.Select(e => $"{e.Key}: {e.Value}")),
        _ => throw new InvalidCastException($"{item}"),
    });
}
