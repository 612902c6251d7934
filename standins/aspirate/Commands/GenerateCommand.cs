using System.CommandLine;
using Aspirate.Manifests;
using Aspirate.Rendering;
using Aspirate.Secrets;

namespace Aspirate.Commands;

/// <summary><c>generate</c>: makes Kubernetes manifests, and builds the images unless it is told not to.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        var manifest = new Option<string>("--aspire-manifest", "-m") { Description = "The manifest that the app host published.", Required = true };
        var output = CommonOptions.OutputPath();
        var templates = CommonOptions.TemplatePath();
        var @namespace = new Option<string?>("--namespace") { Description = "The namespace; by default the one in values.yaml." };
        var (registry, prefix, tag) = (CommonOptions.ContainerRegistry(), CommonOptions.ContainerRepositoryPrefix(), CommonOptions.ImageTag());
        var password = CommonOptions.SecretPassword();
        var skipBuild = new Option<bool>("--skip-build") { Description = "Builds no images." };
        var command = new Command("generate", "Makes Kubernetes manifests from an app host's manifest.")
        {
            manifest, output, templates, @namespace, registry, prefix, tag, password, skipBuild, CommonOptions.NonInteractive(),
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = Settings.Read();
            var images = new Images(
                parsed.GetValue(registry) ?? settings.ContainerRegistry,
                parsed.GetValue(prefix) ?? settings.ContainerRepositoryPrefix,
                parsed.GetValue(tag) ?? settings.ImageTag ?? throw new AspirateException("--image-tag is missing: a pod must know which image it runs"));
            var folder = parsed.GetValue(templates) ?? settings.TemplatePath ?? throw new AspirateException("--template-path is missing: the folder with the templates");
            var path = parsed.GetRequiredValue(manifest);
            var read = await Manifest.ReadAsync(path, cancellationToken);
            var files = new Renderer(new TemplateFolder(folder), parsed.GetValue(@namespace), images).Render(read);
            if (parsed.GetValue(password) is { } given)
            {
                StateFile.Open(given).AddMissing(RequiredSecret.Read(files[RequiredSecret.FileName]));
            }

            if (!parsed.GetValue(skipBuild))
            {
                await ImageBuild.RunAsync(read, Path.GetDirectoryName(Path.GetFullPath(path))!, images, cancellationToken);
            }

            OutputFolder.Write(parsed.GetValue(output)!, files);
            await Console.Out.WriteLineAsync($"Wrote {files.Count} files to {parsed.GetValue(output)}");
        });
        return command;
    }
}
