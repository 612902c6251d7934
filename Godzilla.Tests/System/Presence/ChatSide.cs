using Godzilla.Chat.Presence;
using Godzilla.Chat.SignalR;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.Tests.Unit.Chat;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Godzilla.Tests.System.Presence;

/// <summary>What a Chat replica has of presence, over real Presence replicas, with a hub that records.</summary>
internal sealed class ChatSide : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private ChatSide(IEnumerable<Uri> replicas)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Identity:Service"] = "chat",
            ["Identity:Callees:presence:Key"] = GodzillaApp.KeyOf("chat", "presence"),
        };
        foreach (var (index, replica) in replicas.Index())
        {
            settings[$"services:presence:grpc:{index}"] = replica.ToString();
        }

        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddSingleton(TimeProvider.System);
        services.AddLogging();
        services.AddServiceDiscovery();
        services.AddIdentitySigner();
        services.AddSingleton<IHubContext<ChatHub, IChatClient>>(Hub);
        services.AddPresence();
        _services = services.BuildServiceProvider();
    }

    public RecordingHub Hub { get; } = new();

    public PresenceSync Sync => _services.GetRequiredService<PresenceSync>();

    public PresenceWatch Watch => _services.GetRequiredService<PresenceWatch>();

    public PresenceClient Client => _services.GetRequiredService<PresenceClient>();

    /// <summary>Who is online, as somebody would have it who was there from the start.</summary>
    public IReadOnlySet<string> Told
    {
        get
        {
            var online = new HashSet<string>(StringComparer.Ordinal);
            foreach (var change in Hub.Sent.Select(sent => sent.Event).OfType<PresenceChange>())
            {
                Assert.All(change.Joined, user => Assert.True(online.Add(user), $"{user} joined twice"));
                Assert.All(change.Left, user => Assert.True(online.Remove(user), $"{user} left twice"));
            }

            return online;
        }
    }

    public static async Task<ChatSide> StartAsync(params IEnumerable<Uri> replicas)
    {
        var chat = new ChatSide(replicas);
        foreach (var service in chat._services.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
        }

        return chat;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services.GetServices<IHostedService>().Reverse())
        {
            await service.StopAsync(CancellationToken.None);
        }

        await _services.DisposeAsync();
    }
}
