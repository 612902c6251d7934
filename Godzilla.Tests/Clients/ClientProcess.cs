using System.Diagnostics;

namespace Godzilla.Tests.Clients;

/// <summary>A client that is not ours, in a process of its own, run in the folder of the client scripts.</summary>
internal sealed class ClientProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private ClientProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Clients");

    public static ClientProcess Start(string program, string[] arguments, params (string Key, string Value)[] variables)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in variables)
        {
            start.Environment[key] = value;
        }

        return new ClientProcess(Process.Start(start)!);
    }

    /// <summary>Waits for the next line of output.</summary>
    /// <returns>The line, or <see langword="null"/> at the end.</returns>
    public Task<string?> LineAsync(TimeSpan timeLimit) => _process.StandardOutput.ReadLineAsync().WaitAsync(timeLimit);

    /// <summary>Waits until the process has ended, which it must do with exit code 0.</summary>
    /// <returns>What it wrote.</returns>
    public async Task<string> OutputAsync(TimeSpan timeLimit)
    {
        var output = await _process.StandardOutput.ReadToEndAsync().WaitAsync(timeLimit);
        await _process.WaitForExitAsync().WaitAsync(timeLimit);
        Assert.True(_process.ExitCode == 0, $"{_process.StartInfo.FileName} ended with {_process.ExitCode}: {output} {await _errors}");
        return output;
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
