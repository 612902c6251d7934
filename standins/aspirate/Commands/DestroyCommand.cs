using System.CommandLine;
using Aspirate.Rendering;
using Aspirate.Secrets;

namespace Aspirate.Commands;

/// <summary><c>destroy</c>: deletes the namespace with all that is in it: workloads, data, secrets.</summary>
internal static class DestroyCommand
{
    public static Command Create()
    {
        var (input, context, nonInteractive) = (CommonOptions.InputPath(), CommonOptions.KubeContext(), CommonOptions.NonInteractive());
        var command = new Command("destroy", "Removes everything from the cluster, stored data included.") { input, context, nonInteractive };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (root, _) = await RequiredSecret.ReadAsync(parsed.GetValue(input)!, cancellationToken);
            var name = Kustomization.NamespaceIn(root);
            if (!parsed.GetValue(nonInteractive))
            {
                await Console.Out.WriteAsync($"This deletes the namespace '{name}' with all data and secrets in it. Type its name to go on: ");
                if (await Console.In.ReadLineAsync(cancellationToken) != name)
                {
                    throw new AspirateException("nothing is deleted");
                }
            }

            await Console.Out.WriteAsync(await new Kubectl(parsed.GetValue(context)).RunAsync(
                ["delete", "namespace", name, "--ignore-not-found"], null, cancellationToken));
        });
        return command;
    }
}
