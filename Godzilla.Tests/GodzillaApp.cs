using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Godzilla.Tests;

/// <summary>
/// The whole system, started once for the tests that share it, on ports and with data of its own. Errors
/// in its resources' logs that no test expected fail the run.
/// </summary>
public class GodzillaApp : IAsyncLifetime
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    private static readonly (string From, string To)[] Edges = [("gateway", "accounts"), ("gateway", "chat"), ("gateway", "inference"), ("chat", "accounts"), ("chat", "presence"), ("chat", "inference")];
    private DistributedApplication? _app;
    private ResourceLogs? _logs;

    public DistributedApplication App => _app ?? throw NotStarted();

    /// <summary>Where clients come in.</summary>
    public Uri Gateway => App.GetEndpoint("gateway", "http");

    internal ResourceLogs Logs => _logs ?? throw NotStarted();

    /// <summary>Arguments for the app host, such as where a test keeps its data.</summary>
    protected virtual string[] Arguments => [];

    /// <summary>Changes the app before it is built.</summary>
    protected virtual void Configure(IDistributedApplicationTestingBuilder builder)
    {
    }

    public async Task InitializeAsync()
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Godzilla_AppHost>(
            [$"--Parameters:tokens-secret={TokensSecret}", .. Edges.Select(edge => $"--Parameters:identity-{edge.From}-{edge.To}={KeyOf(edge.From, edge.To)}"), .. Arguments]);

        // Most tests come from one address and do in a second what people do in an hour.
        var gateway = builder.CreateResourceBuilder<ProjectResource>("gateway");
        foreach (var limit in new[] { "Login", "Registration", "Requests" })
        {
            gateway.WithEnvironment($"RateLimits__{limit}__PerSecond", "100000").WithEnvironment($"RateLimits__{limit}__Burst", "100000");
        }

        builder.CreateResourceBuilder<ProjectResource>("chat")
            .WithEnvironment("SendLimit__PerSecond", "1000").WithEnvironment("SendLimit__Burst", "3000");

        Configure(builder);
        _app = await builder.BuildAsync();
        _logs = ResourceLogs.Follow(_app);
        await _app.StartAsync().WaitAsync(StartLimit);
        await HealthyAsync("gateway");
    }

    public async Task DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
            await Logs.EndAsync();
        }
    }

    /// <summary>The key with which one service signs for another: tests forge identities with it and without it.</summary>
    public static string KeyOf(string issuer, string audience) => $"tests-sign-for-{issuer}-to-{audience}-with-this-0123456789";

    /// <summary>What encrypts the keys that sign tokens: for further Accounts processes on the same stores.</summary>
    public const string TokensSecret = "tests-encrypt-signing-keys-with-this-0123456789";

    /// <summary>Says that a test makes a resource log errors that match <paramref name="pattern"/>.</summary>
    public void ExpectErrors(string resource, [StringSyntax(StringSyntaxAttribute.Regex)] string pattern) => Logs.Expect(resource, pattern);

    /// <summary>Waits until a resource, with all its replicas, is healthy.</summary>
    public async Task HealthyAsync(string resource)
    {
        using var limit = new CancellationTokenSource(StartLimit);
        await App.ResourceNotifications.WaitForResourceHealthyAsync(resource, limit.Token);
        await Eventually.TrueAsync(
            () => Task.FromResult(Logs.InstancesOf(resource).All(id => SnapshotOf(id).HealthStatus == HealthStatus.Healthy)),
            $"all of {resource} is healthy");
    }

    /// <summary>A client without a session and without a cookie jar, for a resource's common address.</summary>
    public HttpClient CreateClient(string resource = "gateway", string endpoint = "http") => CreateClient(App.GetEndpoint(resource, endpoint));

    internal static HttpClient CreateClient(Uri address) => new(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = address };

    /// <summary>A client whose connections come from one address of this machine.</summary>
    internal static HttpClient CreateClient(Uri address, IPAddress from) => new(new SocketsHttpHandler
    {
        UseCookies = false,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.Bind(new IPEndPoint(from, 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    })
    {
        BaseAddress = address,
    };

    /// <summary>The address of each replica of a service, without the common one that spreads calls over them.</summary>
    /// <param name="variable">The environment variable that tells a replica where to listen.</param>
    internal IReadOnlyList<Uri> ReplicasOf(string resource, string variable = "ASPNETCORE_URLS") =>
        [.. Logs.InstancesOf(resource).Select(id => AddressOf(id, variable))];

    /// <summary>The address of one replica, by its id.</summary>
    internal Uri AddressOf(string instance, string variable = "ASPNETCORE_URLS") =>
        new(VariableOf(instance, variable).Split(';')[0]);

    /// <summary>An environment variable of one replica.</summary>
    internal string VariableOf(string instance, string name) => VariablesOf(instance)[name];

    /// <summary>All of them.</summary>
    internal IReadOnlyDictionary<string, string> VariablesOf(string instance) =>
        SnapshotOf(instance).EnvironmentVariables.ToDictionary(variable => variable.Name, variable => variable.Value ?? "", StringComparer.Ordinal);

    /// <summary>Registers somebody new and signs them in, through the gateway.</summary>
    /// <param name="name">How their name begins.</param>
    internal async Task<Person> SignUpAsync(string name)
    {
        var person = NewPerson(name);
        await person.RegisterAsync();
        await person.LogInAsync();
        return person;
    }

    /// <summary>Somebody who is not registered yet.</summary>
    /// <param name="name">How their name begins.</param>
    internal Person NewPerson(string name) => new(Gateway, $"{name}-{Guid.NewGuid():N}"[..24], $"pw-{Guid.NewGuid():N}");

    /// <summary>The process id of a resource that has one replica.</summary>
    public int PidOf(string resource) => PidOfInstance(Assert.Single(Logs.InstancesOf(resource)));

    /// <summary>The ids of a resource's replicas.</summary>
    internal IReadOnlyList<string> InstancesOf(string resource) => Logs.InstancesOf(resource);

    /// <summary>Kills a resource's process as a crash or the kernel would.</summary>
    /// <param name="instance">The replica's id, where there are several.</param>
    /// <returns>Its last state, once the app host knows.</returns>
    public Task<CustomResourceSnapshot> KillAsync(string resource, string? instance = null) => EndedAsync(resource, instance, Signals.Kill);

    /// <summary>Asks a resource's process to end, as an orchestrator does.</summary>
    /// <param name="instance">The replica's id, where there are several.</param>
    /// <returns>Its last state, once the app host knows.</returns>
    public Task<CustomResourceSnapshot> EndAsync(string resource, string? instance = null) => EndedAsync(resource, instance, Signals.Terminate);

    /// <summary>Starts a resource that has ended, and waits until it is healthy.</summary>
    /// <param name="instance">The replica's id, where there are several.</param>
    public async Task StartAgainAsync(string resource, string? instance = null)
    {
        var result = await App.ResourceCommands.ExecuteCommandAsync(instance ?? resource, KnownResourceCommands.StartCommand);
        Assert.True(result.Success, result.Message);
        await HealthyAsync(resource);
    }

    private async Task<CustomResourceSnapshot> EndedAsync(string resource, string? instance, Action<int> signal)
    {
        instance ??= Assert.Single(Logs.InstancesOf(resource));
        signal(PidOfInstance(instance));
        using var limit = new CancellationTokenSource(StartLimit);
        var ended = await App.ResourceNotifications.WaitForResourceAsync(
            resource,
            e => e.ResourceId == instance && KnownResourceStates.TerminalStates.Contains(e.Snapshot.State?.Text),
            limit.Token);
        return ended.Snapshot;
    }

    private int PidOfInstance(string instance) =>
        Convert.ToInt32(SnapshotOf(instance).Properties.Single(property => property.Name == "executable.pid").Value);

    private CustomResourceSnapshot SnapshotOf(string instance) =>
        App.ResourceNotifications.TryGetCurrentState(instance, out var current)
            ? current.Snapshot
            : throw new InvalidOperationException($"{instance} has no state.");

    private static InvalidOperationException NotStarted() => new("The app has not been started.");
}
