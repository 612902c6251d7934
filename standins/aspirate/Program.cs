using System.CommandLine;
using Aspirate;
using Aspirate.Commands;

var root = new RootCommand("Makes Kubernetes manifests from an Aspire app host's manifest, and puts them on a cluster.")
{
    InitCommand.Create(),
    GenerateCommand.Create(),
    ApplyCommand.Create(),
    DestroyCommand.Create(),
};

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (AspirateException exception)
{
    await Console.Error.WriteLineAsync($"aspirate: {exception.Message}");
    return 1;
}
