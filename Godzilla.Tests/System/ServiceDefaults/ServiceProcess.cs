using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Godzilla.Tests.System.ServiceDefaults;

/// <summary>A service in a process of its own, outside Development, with its dependencies out of reach.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();

    private ServiceProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it has written so far, line by line.</summary>
    public IReadOnlyCollection<string> Output => _output;

    /// <summary>What it has written to its standard error stream so far, line by line.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>How much memory it holds, in bytes.</summary>
    public long WorkingSet
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts it, on ports of its own.</summary>
    /// <param name="service">Such as <c>Gateway</c>.</param>
    /// <param name="variables">Environment variables on top of what every service needs.</param>
    /// <returns>The process.</returns>
    public static ServiceProcess Start(string service, params (string Key, string Value)[] variables) => Start(service, [], variables);

    /// <summary>The same with arguments.</summary>
    public static ServiceProcess Start(string service, string[] arguments, params (string Key, string Value)[] variables)
    {
        var executable = Executable(service);
        var start = new ProcessStartInfo("dotnet", [executable, .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetDirectoryName(executable),
        };
        (string Key, string Value)[] needed =
        [
            ("ASPNETCORE_ENVIRONMENT", "Production"),
            ("ASPNETCORE_URLS", "http://127.0.0.1:0"),
            ("Kestrel__Endpoints__http__Url", "http://127.0.0.1:0"),
            ("Kestrel__Endpoints__grpc__Url", "http://127.0.0.1:0"),
            ("Kestrel__Endpoints__http2__Url", "http://127.0.0.1:0"),
            ("ConnectionStrings__redis", "127.0.0.1:1"),
            ("ConnectionStrings__accountsdb", "mongodb://127.0.0.1:1/accountsdb"),
            ("ConnectionStrings__chatdb", "mongodb://127.0.0.1:1/chatdb"),
            ("ConnectionStrings__inferencedb", "mongodb://127.0.0.1:1/inferencedb"),
            ("Identity__Service", service.ToLowerInvariant()),
            ("Tokens__Secret", GodzillaApp.TokensSecret),
            ("Identity__Callees__accounts__Key", GodzillaApp.KeyOf("gateway", "accounts")),
            ("Identity__Callees__chat__Key", GodzillaApp.KeyOf("gateway", "chat")),
            ("Identity__Callees__presence__Key", GodzillaApp.KeyOf("chat", "presence")),
        ];
        foreach (var (key, value) in needed.Concat(variables))
        {
            start.Environment[key] = value;
        }

        return new ServiceProcess(Process.Start(start)!);
    }

    /// <summary>Waits for a line of its output.</summary>
    /// <param name="text">What the line holds.</param>
    /// <returns>The first such line.</returns>
    /// <exception cref="InvalidOperationException">It ended without one.</exception>
    public async Task<string> LineAsync(string text)
    {
        string? Find() => _output.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal));

        await Eventually.TrueAsync(() => Find() is not null || _process.HasExited, $"it says '{text}'");
        return Find() ?? throw new InvalidOperationException($"It ended: {string.Join('\n', _output.Concat(_errors))}");
    }

    /// <summary>Waits until it listens.</summary>
    /// <returns>Its first address.</returns>
    public async Task<Uri> AddressAsync()
    {
        const string Said = "Now listening on: ";
        using var entry = JsonDocument.Parse(await LineAsync(Said));
        return new Uri(entry.RootElement.GetProperty("Message").GetString()![Said.Length..]);
    }

    /// <summary>Asks it to end, as an orchestrator does.</summary>
    public void Terminate() => Signals.Terminate(_process.Id);

    /// <summary>Waits until it has ended and all its output is here.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeLimit);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
        }
    }

    // Where the app host starts it from: beside this project, in the same configuration.
    private static string Executable(string service)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var root = output.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(root, $"Godzilla.{service}", "bin", output.Parent.Name, output.Name, $"Godzilla.{service}.dll");
    }
}
