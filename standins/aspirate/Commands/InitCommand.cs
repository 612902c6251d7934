using System.CommandLine;

namespace Aspirate.Commands;

/// <summary><c>init</c>: notes the options that <c>generate</c> is to have from now on.</summary>
internal static class InitCommand
{
    public static Command Create()
    {
        var (templates, registry, prefix, tag) = (
            CommonOptions.TemplatePath(), CommonOptions.ContainerRegistry(), CommonOptions.ContainerRepositoryPrefix(), CommonOptions.ImageTag());
        var command = new Command("init", "Notes the templates, the registry and the tag in aspirate.json.") { templates, registry, prefix, tag, CommonOptions.NonInteractive() };
        command.SetAction(parsed =>
        {
            new Settings(parsed.GetValue(templates), parsed.GetValue(registry), parsed.GetValue(prefix), parsed.GetValue(tag)).Write();
            Console.Out.WriteLine($"Wrote {Settings.FileName}");
        });
        return command;
    }
}
