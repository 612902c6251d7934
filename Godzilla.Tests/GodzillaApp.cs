using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Godzilla.Tests.Faults;

namespace Godzilla.Tests;

/// <summary>The whole system, started once for the tests that share it, on ports and with data of its own.</summary>
public class GodzillaApp : IAsyncLifetime
{
    /// <summary>The key with which services sign, known here so that tests can try to forge with it and without it.</summary>
    public const string IdentityKey = "tests-sign-with-this-key-that-is-long-enough-0123456789";

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    private DistributedApplication? _app;

    /// <summary>The running app.</summary>
    public DistributedApplication App => _app ?? throw new InvalidOperationException("Not started.");

    /// <summary>Where clients come in.</summary>
    public Uri Gateway => App.GetEndpoint("gateway", "http");

    /// <summary>What the app host is told besides; tests of their own data say where it is.</summary>
    protected virtual string[] Arguments => [];

    /// <summary>Changes the app before it is built.</summary>
    /// <param name="builder">The app host's builder.</param>
    protected virtual void Configure(IDistributedApplicationTestingBuilder builder)
    {
    }

    public async Task InitializeAsync()
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Godzilla_AppHost>(
            [$"--Parameters:identity-key={IdentityKey}", .. Arguments]);
        Configure(builder);
        _app = await builder.BuildAsync();
        await _app.StartAsync().WaitAsync(StartLimit);
        await HealthyAsync("gateway");
    }

    public async Task DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    /// <summary>Waits until a resource is healthy.</summary>
    /// <param name="resource">Its name.</param>
    /// <returns>A task that ends when it is.</returns>
    public async Task HealthyAsync(string resource)
    {
        using var limit = new CancellationTokenSource(StartLimit);
        await App.ResourceNotifications.WaitForResourceHealthyAsync(resource, limit.Token);
    }

    /// <summary>A client without a session and without a cookie jar.</summary>
    /// <param name="resource">The service.</param>
    /// <param name="endpoint">Its endpoint.</param>
    /// <returns>The client.</returns>
    public HttpClient CreateClient(string resource = "gateway", string endpoint = "http") =>
        new(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = App.GetEndpoint(resource, endpoint) };

    /// <summary>Registers somebody new and signs them in, through the gateway.</summary>
    /// <param name="name">How their name begins.</param>
    /// <returns>The person.</returns>
    internal async Task<Person> SignUpAsync(string name)
    {
        var person = new Person(this, $"{name}-{Guid.NewGuid():N}"[..24], $"pw-{Guid.NewGuid():N}");
        await person.RegisterAsync();
        await person.LogInAsync();
        return person;
    }

    /// <summary>The process of a resource.</summary>
    /// <param name="resource">Its name.</param>
    /// <returns>The process id.</returns>
    public int PidOf(string resource) =>
        App.ResourceNotifications.TryGetCurrentState(resource, out var current)
        && current.Snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value is { } pid
            ? Convert.ToInt32(pid)
            : throw new InvalidOperationException($"{resource} has no process.");

    /// <summary>Kills a resource's process, without a word, as a crash or the kernel would.</summary>
    /// <param name="resource">Its name.</param>
    /// <returns>Its last state, once the app host knows.</returns>
    public Task<CustomResourceSnapshot> KillAsync(string resource) => EndedAsync(resource, Signals.Kill);

    /// <summary>Asks a resource's process to end, as an orchestrator does.</summary>
    /// <param name="resource">Its name.</param>
    /// <returns>Its last state, once the app host knows.</returns>
    public Task<CustomResourceSnapshot> EndAsync(string resource) => EndedAsync(resource, Signals.Terminate);

    /// <summary>Starts a resource again that has ended.</summary>
    /// <param name="resource">Its name.</param>
    /// <returns>A task that ends when it is healthy.</returns>
    public async Task StartAgainAsync(string resource)
    {
        var result = await App.ResourceCommands.ExecuteCommandAsync(resource, KnownResourceCommands.StartCommand);
        Assert.True(result.Success, result.Message);
        await HealthyAsync(resource);
    }

    private async Task<CustomResourceSnapshot> EndedAsync(string resource, Action<int> signal)
    {
        signal(PidOf(resource));
        using var limit = new CancellationTokenSource(StartLimit);
        var died = await App.ResourceNotifications.WaitForResourceAsync(
            resource, e => KnownResourceStates.TerminalStates.Contains(e.Snapshot.State?.Text), limit.Token);
        return died.Snapshot;
    }
}
