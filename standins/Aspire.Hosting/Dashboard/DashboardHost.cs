using System.Globalization;
using Aspire.Hosting.Display;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Dashboard;

/// <summary>Runs the dashboard as a process of its own, and serves what it asks for. What goes wrong with it harms no resource.</summary>
internal sealed class DashboardHost(DashboardSettings settings, Orchestrator orchestrator, IHostEnvironment environment, IServiceProvider services) : IAsyncDisposable
{
    private const string Name = "dashboard";
    private const string ListeningLine = "Now listening";

    // What watches must not slow what it watches.
    private static readonly string? Nice = CommandPath.Find("nice");

    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ResourceServiceHost? _resourceService;
    private Task _starting = Task.CompletedTask;
    private ChildProcess? _process;

    /// <summary>Ends when it serves pages.</summary>
    public Task Listening => _listening.Task;

    public string LoginUrl => settings.LoginUrl;

    /// <summary>Decides, before resources are started, whether there is a dashboard in this run. Where a port is taken there is none, and a line says so.</summary>
    /// <exception cref="DistributedApplicationException">A setting is wrong.</exception>
    public void Prepare()
    {
        if (!settings.IsWanted)
        {
            return;
        }

        if (settings.RandomizePorts)
        {
            settings.FrontendUrl = RandomUrl();
            settings.OtlpGrpcUrl = RandomUrl();
            settings.OtlpHttpUrl = RandomUrl();
            settings.ResourceServiceUrl = "http://localhost:0";
        }

        if (DashboardSettings.PortOf(settings.ResourceServiceUrl, "ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL") == 0)
        {
            settings.ResourceServiceUrl = RandomUrl();
        }

        List<string> taken = [];
        Check(settings.FrontendUrl, "ASPNETCORE_URLS");
        Check(settings.OtlpGrpcUrl, "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL");
        Check(settings.OtlpHttpUrl, "ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL");
        Check(settings.ResourceServiceUrl, "ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL");
        settings.IsUsed = taken.Count == 0 && File.Exists(settings.Program);
        if (taken.Count > 0)
        {
            Say($"There is no dashboard in this run: {string.Join("; ", taken)}");
        }
        else if (!settings.IsUsed)
        {
            Say($"There is no dashboard in this run: it has not been built, there is no {settings.Program}");
        }

        void Check(string? url, string setting)
        {
            if (!string.IsNullOrWhiteSpace(url) && DashboardSettings.PortOf(url, setting) is var port && !Ports.IsFree(port))
            {
                var owner = Ports.OwnerOf(port);
                taken.Add(string.Create(CultureInfo.InvariantCulture, $"port {port} ({setting}) is taken{(owner is null ? "" : $" by {owner}")}"));
            }
        }
    }

    /// <summary>Starts it in the background: nothing waits for it.</summary>
    public void Start()
    {
        if (settings.IsUsed)
        {
            _starting = Task.Run(StartAsync);
        }
    }

    /// <summary>From now on its end is no news.</summary>
    public void BeginStop() => _stopping.TrySetResult();

    public async Task StopAsync()
    {
        BeginStop();
        await _starting;
        _process?.Terminate();
        if (_resourceService is not null)
        {
            await _resourceService.DisposeAsync();
            _resourceService = null;
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static string RandomUrl() => string.Create(CultureInfo.InvariantCulture, $"http://localhost:{Ports.Next()}");

    private async Task StartAsync()
    {
        try
        {
            var process = Launch();

            // Only then is there somebody to ask, and less is done while the resources start.
            if (await Task.WhenAny(_listening.Task, process.Exit, _stopping.Task) == _listening.Task)
            {
                _resourceService = await ResourceServiceHost.StartAsync(settings, services);
                Say($"Login to the dashboard at {settings.LoginUrl}");
            }
        }
        catch (Exception exception)
        {
            // The application goes on without it.
            Say($"The dashboard could not be started: {exception.Message}");
        }
    }

    private ChildProcess Launch()
    {
        var program = settings.Program!;
        List<string> command = [ProjectLaunchPlan.DotnetHost(), "exec", program];
        if (Nice is not null)
        {
            command.InsertRange(0, [Nice, "-n", "5"]);
        }

        var launch = new Launch(command[0], command[1..], Path.GetDirectoryName(program)!);
        _process = orchestrator.Processes.Start(launch, Variables(), OnLine);
        _ = WatchAsync(_process);
        return _process;
    }

    private Dictionary<string, string> Variables()
    {
        var authentication = settings.AllowsAnonymous ? "Unsecured" : null;
        var variables = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = environment.EnvironmentName,
            ["DOTNET_GCgen0size"] = "1000000", // 16 MiB, in hex: telemetry is garbage soon.
            ["ASPNETCORE_URLS"] = settings.FrontendUrl!,
            ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = settings.OtlpGrpcUrl ?? "",
            ["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = settings.OtlpHttpUrl ?? "",
            ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = settings.ResourceServiceUrl,
            ["DASHBOARD__FRONTEND__AUTHMODE"] = authentication ?? "BrowserToken",
            ["DASHBOARD__OTLP__AUTHMODE"] = authentication ?? "ApiKey",
            ["DASHBOARD__RESOURCESERVICECLIENT__AUTHMODE"] = authentication ?? "ApiKey",
        };
        if (!settings.AllowsAnonymous)
        {
            variables["DASHBOARD__FRONTEND__BROWSERTOKEN"] = settings.BrowserToken;
            variables["DASHBOARD__OTLP__PRIMARYAPIKEY"] = settings.OtlpApiKey;
            variables["DASHBOARD__RESOURCESERVICECLIENT__APIKEY"] = settings.ResourceServiceApiKey;
        }

        return variables;
    }

    private async Task WatchAsync(ChildProcess process)
    {
        var exitCode = await process.Exit;
        if (!_stopping.Task.IsCompleted)
        {
            Say(string.Create(CultureInfo.InvariantCulture, $"The dashboard has ended with exit code {exitCode}; the application goes on without it"));
        }
    }

    private void OnLine(string line, bool isError)
    {
        if (!line.StartsWith(ListeningLine, StringComparison.Ordinal))
        {
            Say(line);
        }
        else
        {
            _listening.TrySetResult();
        }
    }

    private void Say(string line) => services.GetService<ConsoleOutput>()?.WriteLine(Name, line);
}
