using System.Globalization;

namespace Aspire.Dashboard.Tests;

/// <summary>An app host with a dashboard, on free ports. Shared by the tests that look at it.</summary>
public sealed class AppHostRun : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("aspire-dashboard-tests-").FullName;
    private ProgramProcess? _process;

    /// <summary>The link that the console shows.</summary>
    public Uri Login { get; private set; } = null!;

    public Uri Dashboard => new(Login, "/");

    internal ProgramProcess Process => _process!;

    /// <summary>The variables that a launch profile sets.</summary>
    internal static Dictionary<string, string> Variables() => new()
    {
        ["ASPNETCORE_URLS"] = Url(),
        ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = Url(),
        ["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = Url(),
    };

    public async Task InitializeAsync()
    {
        _process = Start(_data, Variables());
        Login = new Uri(await _process.LineAsync("(?<=Login to the dashboard at )http.*"));
        await _process.LineAsync(@"> \S+ All \d resources are healthy");
    }

    public async Task DisposeAsync()
    {
        await Process.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    internal static ProgramProcess Start(string data, IReadOnlyDictionary<string, string> variables) =>
        ProgramProcess.Start("Scenario.AppHost", ["dashboard", $"--Aspire:Store:Path={data}"], variables);

    /// <summary>The process of a resource, as the console shows it.</summary>
    internal async Task<int> PidOfAsync(string resource) =>
        int.Parse(await Process.LineAsync($@"(?<=^{resource} +> \S+ Running.*pid )\d+"), CultureInfo.InvariantCulture);

    private static string Url() => string.Create(CultureInfo.InvariantCulture, $"http://localhost:{ProgramProcess.FreePort()}");
}

/// <summary>The tests that share one app host with a dashboard.</summary>
[CollectionDefinition(Name)]
public sealed class SharedRun : ICollectionFixture<AppHostRun>
{
    public const string Name = "app host with a dashboard";
}
