using System.Runtime.Versioning;
using System.Text.Json.Nodes;

namespace Aspirate.Tests;

/// <summary>What the tool asks of a cluster. A program called kubectl, which takes notes, is in its place.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ApplyTests : IDisposable
{
    private readonly Tool _tool = new();

    public ApplyTests()
    {
        Directory.CreateDirectory(_tool.File("bin"));
        Directory.CreateDirectory(_tool.File("cluster"));
        File.WriteAllText(_tool.File("bin/kubectl"), $$"""
            #!/bin/sh
            echo "$@" >> {{_tool.File("calls")}}
            case "$1" in
              get) for f in {{_tool.File("cluster")}}/*; do [ -e "$f" ] && echo "secret/${f##*/}"; done; exit 0 ;;
              create) text=$(cat); name=${text#*\"name\":\"}; name=${name%%\"*}
                [ -e "{{_tool.File("cluster")}}/$name" ] && { echo "AlreadyExists" >&2; exit 1; }
                printf '%s' "$text" > "{{_tool.File("cluster")}}/$name" ;;
              apply) [ -z "$NO_CLUSTER" ] || { echo "first"; echo "The connection to the server was refused" >&2; exit 1; } ;;
            esac
            """);
        File.SetUnixFileMode(_tool.File("bin/kubectl"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _tool.Environment["PATH"] = $"{_tool.File("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
    }

    private string[] Calls => File.ReadAllLines(_tool.File("calls"));

    private string[] Secrets => [.. Directory.EnumerateFiles(_tool.File("cluster")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public void Dispose() => _tool.Dispose();

    [Fact]
    public async Task MissingSecretsAreCreatedOnceAndNeverReplaced()
    {
        await _tool.GenerateAsync();

        var first = await _tool.RunAsync(["apply", "--input-path", _tool.Output]);
        Assert.Equal((0, ""), (first.ExitCode, first.Errors));
        Assert.Equal(["identity-key", "mongodb-password", "redis-password"], Secrets);
        var values = Secrets.ToDictionary(name => name, name => _tool.Read($"cluster/{name}"));
        File.Delete(_tool.File("cluster/redis-password"));
        var second = await _tool.RunAsync(["apply", "--input-path", _tool.Output]);

        Assert.Equal("Created the secrets redis-password\n", second.Output);
        Assert.Equal(values["identity-key"], _tool.Read("cluster/identity-key"));
        Assert.NotEqual(values["redis-password"], _tool.Read("cluster/redis-password"));
        Assert.Matches("^[A-Za-z0-9]{48}$", (string?)ValueOf("identity-key")["value"]);
        Assert.Equal((string?)ValueOf("mongodb-password")["value"], (string?)ValueOf("mongodb-password")["uri"]);
        Assert.Equal($"apply --server-side --filename {_tool.File("out/namespace/namespace.yaml")}", Calls[0]);
        Assert.Equal($"apply --server-side --kustomize {_tool.Output}", Calls[^1]);

        // A command line is for all to see.
        Assert.All(Secrets, name => Assert.DoesNotContain(ValueOf(name)["value"]!.GetValue<string>(), _tool.Read("calls"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task AGivenValueIsTakenAndEncoded()
    {
        await _tool.GenerateAsync();
        _tool.Environment["Parameters__mongodb_password"] = "a/b c";

        await _tool.RunAsync(["apply", "--input-path", _tool.Output]);

        Assert.Equal(("a/b c", "a%2Fb%20c"), ((string?)ValueOf("mongodb-password")["value"], (string?)ValueOf("mongodb-password")["uri"]));
    }

    [Fact]
    public async Task APasswordKeepsTheValuesForAnotherCluster()
    {
        await _tool.GenerateAsync(null, "--secret-password", "monster island");
        await _tool.GenerateAsync(null, "--secret-password", "monster island");
        await _tool.RunAsync(["apply", "--input-path", _tool.Output, "--secret-password", "monster island"]);
        var value = (string?)ValueOf("redis-password")["value"];
        File.Delete(_tool.File("cluster/redis-password"));

        await _tool.RunAsync(["apply", "--input-path", _tool.Output, "--secret-password", "monster island"]);
        var (exitCode, _, errors) = await _tool.RunAsync(["apply", "--input-path", _tool.Output, "--secret-password", "other"]);

        Assert.Equal(value, (string?)ValueOf("redis-password")["value"]);
        Assert.DoesNotContain(value!, _tool.Read("aspirate-state.json"), StringComparison.Ordinal);
        Assert.Equal((1, "aspirate: aspirate-state.json cannot be read with this password"), (exitCode, errors));
    }

    [Fact]
    public async Task AnOverlayUsesTheSecretsOfTheManifestsAboveIt()
    {
        await _tool.GenerateAsync();
        Directory.CreateDirectory(_tool.File("out/overlays/small"));

        var (exitCode, _, _) = await _tool.RunAsync(["apply", "--input-path", _tool.File("out/overlays/small"), "--kube-context", "mini"]);

        Assert.Equal(0, exitCode);
        Assert.Equal($"apply --server-side --kustomize {_tool.File("out/overlays/small")} --context mini", Calls[^1]);
    }

    [Fact]
    public async Task DestroyingAsksForTheName()
    {
        await _tool.GenerateAsync();

        var refused = await _tool.RunAsync(["destroy", "--input-path", _tool.Output], "yes");
        Assert.Equal((1, "aspirate: nothing is deleted"), (refused.ExitCode, refused.Errors));
        Assert.False(File.Exists(_tool.File("calls")));
        await _tool.RunAsync(["destroy", "--input-path", _tool.Output], "test");
        await _tool.RunAsync(["destroy", "--input-path", _tool.Output, "--non-interactive"]);

        Assert.Equal(["delete namespace test --ignore-not-found", "delete namespace test --ignore-not-found"], Calls);
    }

    [Fact]
    public async Task WhatIsMissingIsOneLine()
    {
        var nothing = await _tool.RunAsync(["apply", "--input-path", _tool.File("bin")]);
        Assert.Equal((1, $"aspirate: '{_tool.File("bin")}' holds no manifests: there is no required-secrets.json in it or above it"), (nothing.ExitCode, nothing.Errors));

        await _tool.GenerateAsync();
        _tool.Environment["NO_CLUSTER"] = "1";
        var away = await _tool.RunAsync(["apply", "--input-path", _tool.Output]);
        Assert.Equal((1, "aspirate: kubectl apply failed: The connection to the server was refused"), (away.ExitCode, away.Errors));

        _tool.Environment["PATH"] = "/nowhere";
        var missing = await _tool.RunAsync(["apply", "--input-path", _tool.Output]);
        Assert.Equal((1, "aspirate: kubectl is missing: https://kubernetes.io/docs/tasks/tools/"), (missing.ExitCode, missing.Errors));
    }

    private JsonNode ValueOf(string secret) => JsonNode.Parse(_tool.Read($"cluster/{secret}"))!["stringData"]!;
}
