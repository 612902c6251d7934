using System.Runtime.Versioning;

namespace Godzilla.Tests.Deployment;

/// <summary><c>./godzilla deploy</c>, <c>status</c> and <c>destroy</c>: what they say where something is missing, and what they ask kubectl for.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godzilla-script-").FullName;

    private string Tools => Path.Combine(_folder, "bin");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("deploy")]
    [InlineData("status")]
    [InlineData("destroy")]
    public async Task WithoutKubectlThereIsOneLineThatSaysSo(string command)
    {
        Directory.CreateDirectory(Tools);
        foreach (var tool in new[] { "dirname", "env" })
        {
            File.CreateSymbolicLink(Path.Combine(Tools, tool), $"/usr/bin/{tool}");
        }

        await FailsAsync("kubectl is missing: https://kubernetes.io/docs/tasks/tools/", Tools, command);
    }

    [Theory]
    [InlineData("deploy", "cloud", "godzilla.example.org")]
    [InlineData("status")]
    [InlineData("destroy")]
    public async Task WithoutAClusterThereIsOneLineThatSaysSo(params string[] command)
    {
        Kubectl("exit 1");

        await FailsAsync("no cluster answers at kubectl's current context; for one on this machine: minikube start", WithTools, command);
    }

    [Theory]
    [InlineData("it is deployed to minikube or cloud, not 'moon'", "deploy", "moon")]
    [InlineData("where is the site reached? ./godzilla deploy cloud HOST", "deploy", "cloud")]
    [InlineData("where is the site reached? ./godzilla deploy cloud HOST", "deploy", "cloud", "a/b")]
    [InlineData("there is nothing to say after 'deploy minikube'", "deploy", "minikube", "x")]
    public async Task WhatCannotBeMeantIsRefused(string reason, params string[] command) => await FailsAsync(reason, WithTools, command);

    [Fact]
    public async Task TheCloudIsGivenItsHostAndTheCommittedManifestsStayAsTheyAre()
    {
        Kubectl($$"""
            echo "$@" >> {{_folder}}/calls
            case "$*" in
              *--kustomize*) for folder; do :; done; cat "$folder/kustomization.yaml" "$folder/../../components/ingress/ingress.yaml" > {{_folder}}/applied ;;
              "get secrets"*) ;;
              "create"*) cat > /dev/null ;;
              "get deployments"*) echo deployment.apps/gateway ;;
            esac
            """);
        var before = Repository.Read("aspirate-output/components/ingress/ingress.yaml");

        var (exitCode, output, errors) = await RunAsync(WithTools, "deploy", "cloud", "chat.example.org");

        Assert.True(exitCode == 0, errors + output);
        var applied = await File.ReadAllTextAsync(Path.Combine(_folder, "applied"));
        Assert.Contains("host: chat.example.org", applied, StringComparison.Ordinal);
        Assert.Contains("AllowedHosts=chat.example.org;gateway", applied, StringComparison.Ordinal);
        Assert.DoesNotContain("godzilla.example.com", applied, StringComparison.Ordinal);
        Assert.Equal(before, Repository.Read("aspirate-output/components/ingress/ingress.yaml"));
        Assert.Contains("Created the secrets identity-chat-accounts, ", output, StringComparison.Ordinal);
        Assert.Equal("rollout status --namespace godzilla --timeout=5m deployment.apps/gateway", (await File.ReadAllLinesAsync(Path.Combine(_folder, "calls")))[^1]);
    }

    private string WithTools => $"{Tools}:{Environment.GetEnvironmentVariable("PATH")}";

    private void Kubectl(string script)
    {
        Directory.CreateDirectory(Tools);
        var file = Path.Combine(Tools, "kubectl");
        File.WriteAllText(file, $"#!/bin/bash\n{script}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private static async Task FailsAsync(string reason, string path, params string[] command)
    {
        var (exitCode, _, errors) = await RunAsync(path, command);
        Assert.Equal((1, $"godzilla: {reason}\n"), (exitCode, errors));
    }

    private static Task<(int ExitCode, string Output, string Errors)> RunAsync(string path, params string[] command) =>
        Repository.RunAsync("/bin/bash", ["godzilla", .. command], new Dictionary<string, string> { ["PATH"] = path });
}
