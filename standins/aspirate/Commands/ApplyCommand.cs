using System.CommandLine;
using Aspirate.Rendering;
using Aspirate.Secrets;

namespace Aspirate.Commands;

/// <summary><c>apply</c>: creates the Secrets that are missing in the cluster, then applies the kustomization.</summary>
internal static class ApplyCommand
{
    public static Command Create()
    {
        var (input, context, password) = (CommonOptions.InputPath(), CommonOptions.KubeContext(), CommonOptions.SecretPassword());
        var command = new Command("apply", "Puts the manifests on a cluster.") { input, context, password, CommonOptions.NonInteractive() };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (path, kubectl) = (parsed.GetValue(input)!, new Kubectl(parsed.GetValue(context)));
            var state = parsed.GetValue(password) is { } given ? StateFile.Open(given) : null;
            var (root, secrets) = await RequiredSecret.ReadAsync(path, cancellationToken);
            var name = Kustomization.NamespaceIn(root);
            await kubectl.RunAsync(["apply", "--server-side", "--filename", Path.Combine(root, "namespace", "namespace.yaml")], null, cancellationToken);
            var created = await new ClusterSecrets(kubectl, name, state).CreateMissingAsync(secrets, cancellationToken);
            await Console.Out.WriteLineAsync(created.Count == 0 ? "All secrets were there" : $"Created the secrets {string.Join(", ", created)}");
            await Console.Out.WriteAsync(await kubectl.RunAsync(["apply", "--server-side", "--kustomize", path], null, cancellationToken));
        });
        return command;
    }
}
