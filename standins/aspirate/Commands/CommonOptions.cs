using System.CommandLine;

namespace Aspirate.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    public const string DefaultOutput = "aspirate-output";

    public static Option<string> OutputPath() => new("--output-path", "-o") { Description = "Where the manifests are written.", DefaultValueFactory = _ => DefaultOutput };

    public static Option<string> InputPath() => new("--input-path", "-i") { Description = "The folder with the kustomization.", DefaultValueFactory = _ => DefaultOutput };

    public static Option<string?> TemplatePath() => new("--template-path", "-tp") { Description = "The folder with the templates." };

    public static Option<string?> ContainerRegistry() => new("--container-registry", "-cr") { Description = "The registry of the projects' images." };

    public static Option<string?> ContainerRepositoryPrefix() => new("--container-repository-prefix", "-crp") { Description = "What comes before a project's name in the registry." };

    public static Option<string?> ImageTag() => new("--image-tag", "-ct", "--container-image-tag") { Description = "The tag of the projects' images." };

    public static Option<string?> KubeContext() => new("--kube-context", "-k") { Description = "The cluster, as kubectl's configuration names it." };

    public static Option<bool> NonInteractive() => new("--non-interactive") { Description = "Asks nothing." };

    public static Option<string?> SecretPassword() => new("--secret-password") { Description = "Encrypts the secrets' values in aspirate-state.json." };
}
