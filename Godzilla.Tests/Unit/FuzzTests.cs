using System.Diagnostics;

namespace Godzilla.Tests.Unit;

/// <summary>
/// Parsers of bytes from outside get their corpus, and then inputs made of it for some seconds. <c>./godzilla fuzz</c> takes longer. An input that
/// breaks something belongs into the corpus once it is mended.
/// </summary>
public sealed class FuzzTests
{
    // Always the same inputs, so that a change that breaks nothing passes. ./godzilla fuzz draws others each time.
    private const string Seed = "1";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static TheoryData<string> Targets => [.. Folders];

    private static IEnumerable<string> Folders =>
        Directory.EnumerateDirectories(Path.Combine(Repository.Root, "fuzz", "corpus")).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task NothingThatComesBreaksIt(string target)
    {
        var (code, output) = await FuzzAsync(target, "--seconds", "5", "--seed", Seed);

        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task EachTargetHasACorpus()
    {
        var (_, output) = await FuzzAsync("--list");

        Assert.Equal(Folders, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    private static async Task<(int Code, string Output)> FuzzAsync(params string[] arguments)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var program = Path.Combine(Repository.Root, "fuzz", "bin", configuration, "net10.0", "Godzilla.Fuzz.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
            return (process.ExitCode, string.Concat(await output));
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
