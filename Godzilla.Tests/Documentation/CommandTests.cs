using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Godzilla.Tests.Documentation;

/// <summary>The commands that the README marks as runnable do what it says, from its text, in its order.</summary>
[Collection(RunningSystem.Name)]
public sealed partial class CommandTests(GodzillaApp app) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("godzilla-readme-");

    [Fact]
    public async Task TheReadmesConversationGoesAsItSays()
    {
        var blocks = Runnable().Matches(Repository.Read("README.md")).Select(match => match.Groups["block"].Value).ToList();
        Assert.Equal(3, blocks.Count);

        // The names there are anybody's; so others may have them here.
        var script = string.Join('\n', blocks)
            .Replace("localhost:8080", app.Gateway.Authority, StringComparison.Ordinal)
            .Replace("mothra", $"mothra-{Guid.NewGuid():N}"[..24], StringComparison.Ordinal)
            .Replace("rodan", $"rodan-{Guid.NewGuid():N}"[..24], StringComparison.Ordinal);

        var lines = await RunAsync(script);

        Assert.Equal(4, lines.Count(line => line.Contains("\"status\":\"success\"", StringComparison.Ordinal) || line.Contains("\"username\":", StringComparison.Ordinal)));
        Assert.Contains(lines, line => line.Contains("\"inserted_count\":1", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("\"messages\":[{", StringComparison.Ordinal) && line.Contains("Are you awake?", StringComparison.Ordinal));
        var answer = JsonElement.Parse(lines[^1]);
        Assert.NotEmpty(answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<IReadOnlyList<string>> RunAsync(string script)
    {
        var start = new ProcessStartInfo("bash", ["-eu"])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(script);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        Assert.True(process.ExitCode == 0, await errors);
        return [.. (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    [GeneratedRegex("<!-- runnable -->\n```sh\n(?<block>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Runnable();
}
