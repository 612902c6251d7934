// A service whose behaviour is set by variables, so that tests can make it slow, unhealthy, or end.
using System.Collections;
using System.Diagnostics;
using System.Globalization;

if (Setting("EXIT_CODE_AT_START") is { } exitCode)
{
    Console.Error.WriteLine("a setting is missing");
    return int.Parse(exitCode, CultureInfo.InvariantCulture);
}

if (Setting("STARTED_FILE") is { } startedFile)
{
    File.AppendAllText(startedFile, $"{Environment.ProcessId}\n");
}

if (Setting("SAYS_WHERE_IT_EXPORTS_TO") is not null)
{
    string[] variables = ["ENDPOINT", "PROTOCOL", "HEADERS"];
    Console.WriteLine($"otlp={string.Join(' ', variables.Select(v => Environment.GetEnvironmentVariable($"OTEL_EXPORTER_OTLP_{v}") ?? "none").Distinct())}");
}

var builder = WebApplication.CreateSlimBuilder(args);
var app = builder.Build();

app.MapGet("/", () => Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
app.MapGet("/environment", () => Environment.GetEnvironmentVariables()
    .Cast<DictionaryEntry>()
    .ToDictionary(e => (string)e.Key, e => (string?)e.Value));
app.MapGet("/arguments", () => args);
app.MapGet("/directory", () => Directory.GetCurrentDirectory());
app.MapGet("/health", () => Setting("HEALTHY_IF") is { } file && !File.Exists(file) ? Results.StatusCode(503) : Results.Ok());
app.MapPost("/exit/{code:int}", (int code) => _ = Task.Run(() => Environment.Exit(code)));
app.MapPost("/grandchild", () => Process.Start("sleep", "1000")!.Id.ToString(CultureInfo.InvariantCulture));

if (Setting("IGNORES_SIGTERM") is not null)
{
    using var ignored = System.Runtime.InteropServices.PosixSignalRegistration.Create(
        System.Runtime.InteropServices.PosixSignal.SIGTERM,
        context => context.Cancel = true);
    await app.StartAsync();
    await Task.Delay(Timeout.Infinite);
}

await app.RunAsync();
return 0;

static string? Setting(string name) => Environment.GetEnvironmentVariable($"SAMPLE_{name}") is { Length: > 0 } value ? value : null;
