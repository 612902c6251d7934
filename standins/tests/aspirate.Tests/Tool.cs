using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Aspirate.Tests;

/// <summary>The tool as a process, in a folder of its own.</summary>
internal sealed class Tool : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("aspirate-tests-").FullName;

    public static string Golden => Path.Combine(AppContext.BaseDirectory, "manifest.json");

    public static string Templates => Path.Combine(AppContext.BaseDirectory, "Templates");

    public string Output => File("out");

    public Dictionary<string, string> Environment { get; } = [];

    public string File(string name) => Path.Combine(_folder, name);

    public string Read(string name) => System.IO.File.ReadAllText(File(name));

    /// <summary>Runs <c>generate</c> on a manifest: the one that Aspire wrote, if none is named.</summary>
    public Task<(int ExitCode, string Output, string Errors)> GenerateAsync(string? manifest = null, params string[] more) => RunAsync(
        ["generate", "--non-interactive", "--skip-build", "--aspire-manifest", manifest ?? Golden, "--output-path", Output,
         "--template-path", Templates, "--image-tag", "1.2.3", .. more]);

    public async Task<(int ExitCode, string Output, string Errors)> RunAsync(IEnumerable<string> arguments, string? input = null)
    {
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        var start = new ProcessStartInfo(dotnet, [Path.Combine(AppContext.BaseDirectory, "aspirate.dll"), .. arguments])
        {
            WorkingDirectory = _folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        await process.StandardInput.WriteLineAsync(input);
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await Task.WhenAll(process.WaitForExitAsync(), output, errors).WaitAsync(Patience);
        return (process.ExitCode, await output, (await errors).Trim());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
