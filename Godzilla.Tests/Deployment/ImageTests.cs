using System.Globalization;
using System.Text.Json.Nodes;

namespace Godzilla.Tests.Deployment;

/// <summary>The images, as far as MSBuild says what they will be: no engine is needed to build them, and the feed has no base image.</summary>
public sealed class ImageTests(Rendered rendered) : IClassFixture<Rendered>
{
    [Theory]
    [InlineData("Accounts", "aspnet")]
    [InlineData("Chat", "aspnet")]
    [InlineData("Cli", "runtime")]
    [InlineData("Gateway", "aspnet")]
    [InlineData("Inference", "aspnet")]
    [InlineData("Presence", "aspnet")]
    public async Task AnImageIsSmallPinnedAndRunsAsNobody(string service, string image)
    {
        string[] properties =
        [
            "ContainerRepository", "ContainerImageTag", "ContainerBaseImage", "ContainerUser", "InvariantGlobalization", "PublishReadyToRun", "RuntimeIdentifier",
            "SelfContained", "BundledNETCoreAppPackageVersion",
        ];
        var evaluated = JsonNode.Parse(await Repository.MustRunAsync(
            "dotnet", "msbuild", $"Godzilla.{service}", "-p:_IsPublishing=true", "-p:Configuration=Release", $"-getProperty:{string.Join(',', properties)}", "-getItem:ContainerLabel"))!;
        var values = evaluated["Properties"]!.AsObject().ToDictionary(p => p.Key, p => (string?)p.Value);

        var name = service.ToLowerInvariant();
        Assert.Equal($"{Rendered.ImagePrefix}/{name}", values["ContainerRepository"]);
        Assert.Equal(Rendered.ImageTag, values["ContainerImageTag"]);
        Assert.Equal($"mcr.microsoft.com/dotnet/{image}:{values["BundledNETCoreAppPackageVersion"]}-noble-chiseled", values["ContainerBaseImage"]);
        Assert.Equal(("true", "true", "linux-x64", "false"), (values["InvariantGlobalization"], values["PublishReadyToRun"], values["RuntimeIdentifier"], values["SelfContained"]));
        var labels = evaluated["Items"]!["ContainerLabel"]!.AsArray().ToDictionary(l => (string)l!["Identity"]!, l => (string?)l!["Value"]);
        Assert.Equal("MIT", labels["org.opencontainers.image.licenses"]);

        // What is deployed is that image, and that user.
        var pod = rendered.Objects.Pods.Single(p => p.Name == (name == "cli" ? "seed" : name)).Template.Spec;
        Assert.Equal($"{values["ContainerRepository"]}:{values["ContainerImageTag"]}", pod.Containers.Single().Image);
        Assert.Equal(pod.SecurityContext.RunAsUser, long.Parse(values["ContainerUser"]!, CultureInfo.InvariantCulture));
    }
}
