using Godzilla.Chat.Discussions;
using Godzilla.Chat.Messages;
using Godzilla.Chat.Moderation;
using Godzilla.Chat.Rooms;
using Godzilla.ServiceDefaults.Mongo;
using Godzilla.ServiceDefaults.Redis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MongoDB.Driver;

namespace Godzilla.Tests.Unit.Chat;

/// <summary>The rooms of a replica of Chat over real stores, without a wire to clients.</summary>
internal sealed class ChatReplica : IAsyncDisposable
{
    private readonly IHost _host;

    private ChatReplica(IHost host) => _host = host;

    public RoomRegistry Rooms => _host.Services.GetRequiredService<RoomRegistry>();

    public MessageStore Messages => _host.Services.GetRequiredService<MessageStore>();

    public DiscussionStore Discussions => _host.Services.GetRequiredService<DiscussionStore>();

    public ReadCursorStore Reads => _host.Services.GetRequiredService<ReadCursorStore>();

    /// <summary>Whether it hears the heartbeats of so many others.</summary>
    public bool KnowsPeers(int count) => _host.Services.GetRequiredService<RoomBus>().Peers == count;

    public static async Task<ChatReplica> StartAsync(Stores stores)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration["ConnectionStrings:redis"] = await stores.ConnectionStringAsync("redis");
        builder.Configuration["ConnectionStrings:chatdb"] =
            new MongoUrlBuilder(await stores.ConnectionStringAsync("mongodb")) { DatabaseName = "chatdb" }.ToString();
        builder.AddRedis("redis");
        builder.AddMongo("chatdb");
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddMetrics();
        builder.Services.AddDiscussions();
        builder.Services.AddMessages();
        builder.Services.AddRooms();
        builder.Services.AddModeration();
        var replica = new ChatReplica(builder.Build());
        await replica._host.StartAsync();

        // As a service does before it says that it is ready.
        await Eventually.TrueAsync(replica.IsWarmAsync, "the store answers");
        return replica;
    }

    private async Task<bool> IsWarmAsync()
    {
        try
        {
            await Messages.WarmUpAsync();
            return true;
        }
        catch (Exception exception) when (exception is TimeoutException or MongoException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
