using Aspire.Hosting;
using Aspire.Hosting.Testing;

namespace Godzilla.Tests.Unit;

/// <summary>Redis and MongoDB without any service, for tests of the classes that use them.</summary>
[CollectionDefinition(Name)]
public sealed class SharedStores : ICollectionFixture<Stores>
{
    public const string Name = "stores";
}

/// <summary>The two servers, with data of their own.</summary>
public sealed class Stores : IAsyncLifetime
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    private DistributedApplication? _app;
    private ResourceLogs? _logs;

    private DistributedApplication App => _app ?? throw new InvalidOperationException("Not started.");

    public async Task InitializeAsync()
    {
        var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddRedis("redis");
        builder.AddMongoDB("mongodb");
        _app = await builder.BuildAsync();
        _logs = ResourceLogs.Follow(_app);
        await _app.StartAsync().WaitAsync(StartLimit);
        using var limit = new CancellationTokenSource(StartLimit);
        await _app.ResourceNotifications.WaitForResourceHealthyAsync("redis", limit.Token);
        await _app.ResourceNotifications.WaitForResourceHealthyAsync("mongodb", limit.Token);
    }

    public async Task DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
            await _logs!.EndAsync();
        }
    }

    /// <summary>The connection string of <c>redis</c> or <c>mongodb</c>.</summary>
    public async Task<string> ConnectionStringAsync(string resource) => (await App.GetConnectionStringAsync(resource))!;

    /// <summary>The process id of <c>redis</c> or <c>mongodb</c>.</summary>
    public int PidOf(string resource) =>
        App.ResourceNotifications.TryGetCurrentState(resource, out var current)
            ? Convert.ToInt32(current.Snapshot.Properties.Single(property => property.Name == "executable.pid").Value)
            : throw new InvalidOperationException($"{resource} has no state.");
}
