using Godzilla.Chat.Connections;
using Godzilla.Chat.Presence;
using Godzilla.Chat.SignalR;
using Godzilla.Chat.SocketIo;
using Godzilla.Presence.V1;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Godzilla.Tests.Unit.Chat;

/// <summary>Chat's side of presence with a Presence and a hub that record, and a clock of the test's own.</summary>
internal sealed class PresenceParts : IDisposable
{
    public PresenceParts()
    {
        var lifetime = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        Clients = new ChatHubLifetime(lifetime, NullLogger<DefaultHubLifetimeManager<ChatHub>>.Instance);
        var client = new PresenceClient(Service, Options.Create(new PresenceOptions()), Time);
        Watch = new PresenceWatch(client, Time, NullLogger<PresenceWatch>.Instance);
        Sync = new PresenceSync(
            client,
            Watch,
            new HubPresence(Watch, Hub, NullLogger<HubPresence>.Instance),
            Options.Create(new PresenceOptions()),
            Time,
            NullLogger<PresenceSync>.Instance);
        Typing = new TypingRelay(client, Watch, Sync, Hub, Clients, new SocketIoRooms(), NullLogger<TypingRelay>.Instance);
        Lists = new OnlineLists(Watch, Time);
    }

    public ChatHubLifetime Clients { get; }

    public FakeTimeProvider Time { get; } = new();

    public FakePresenceService Service { get; } = new();

    public RecordingHub Hub { get; } = new();

    public PresenceWatch Watch { get; }

    public PresenceSync Sync { get; }

    public TypingRelay Typing { get; }

    public OnlineLists Lists { get; }

    public async Task StartAsync()
    {
        await Watch.StartAsync(CancellationToken.None);
        await Sync.StartAsync(CancellationToken.None);
    }

    /// <summary>Waits, while time passes.</summary>
    public Task PassUntilAsync(Func<bool> condition, string what) => Eventually.TrueAsync(
        () =>
        {
            if (!condition())
            {
                Time.Advance(TimeSpan.FromMilliseconds(100));
            }

            return condition();
        },
        what);

    /// <summary>Connects somebody and waits until they are greeted.</summary>
    public async Task GreetAsync(string user, string connection)
    {
        Sync.Connected(user, connection);
        await Eventually.TrueAsync(() => Hub.Sent.Any(sent => sent.Receivers == connection && sent.Event is PresenceList), $"{user} is greeted");
    }

    public static WatchResponse Snapshot(long version, params string[] online) =>
        new() { Version = version, Snapshot = new WatchSnapshot { Online = { online } } };

    public async Task StopAsync()
    {
        await Sync.StopAsync(CancellationToken.None);
        await Watch.StopAsync(CancellationToken.None);
    }

    public void Dispose()
    {
        Lists.Dispose();
        Sync.Dispose();
        Watch.Dispose();
    }
}
