using MongoDB.Driver;

namespace Mongod.Tests;

/// <summary>One server for the tests of a class, and a client of it.</summary>
public sealed class MongodFixture : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = TemporaryFolder.Create();

    internal MongodProcess Server { get; private set; } = null!;

    internal MongoClient Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await MongodProcess.StartAsync(_folder.In("data"));
        Client = Server.CreateClient();
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
