using Godzilla.Chat.Discussions;
using Godzilla.Chat.Presence;
using Godzilla.Chat.SignalR;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Godzilla.Tests.Unit.Chat;

public sealed class TypingRelayTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private readonly FakeTimeProvider _time = new();
    private readonly FakePresenceService _presence = new();
    private readonly RecordingHub _hub = new();
    private readonly TypingRelay _relay;

    public TypingRelayTests() => _relay = new TypingRelay(
        new PresenceClient(_presence, Options.Create(new PresenceOptions()), _time), _hub, _time, NullLogger<TypingRelay>.Instance);

    private IEnumerable<(string Receivers, string Users)> Told =>
        _hub.Sent.Select(sent => (sent.Receivers, string.Join(',', ((TypingList)sent.Event).Users)));

    public Task InitializeAsync() => _relay.StartAsync(CancellationToken.None);

    public Task DisposeAsync() => _relay.StopAsync(CancellationToken.None);

    public void Dispose() => _relay.Dispose();

    [Fact]
    public async Task TypingIsToldToTheOthersAtOnce()
    {
        await SetAsync("mothra", isTyping: true);
        await SetAsync("mothra", isTyping: false);

        Assert.Equal([("lobby but c1", "mothra"), ("lobby but c1", "")], Told);
    }

    [Fact]
    public async Task TypingThatEndsByItselfIsToldAtTheNextLookAndNotBefore()
    {
        await SetAsync("mothra", isTyping: true);
        await LookAsync(times: 2);
        Assert.Single(Told);

        _presence.Typing = [];
        Assert.Single(Told);
        await ToldAsync(count: 2);

        Assert.Equal([("lobby but c1", "mothra"), ("lobby", "")], Told);
    }

    [Fact]
    public async Task AfterTheEndNobodyIsAskedAnyMore()
    {
        await SetAsync("mothra", isTyping: true);
        _presence.Typing = [];
        await ToldAsync(count: 2);
        await LookAsync();
        var asked = _presence.Asked;

        for (var tick = 0; tick < 5; tick++)
        {
            _time.Advance(Tick);
            await Task.Yield();
        }

        await SetAsync("rodan", isTyping: true);
        Assert.Equal(asked + 1, _presence.Asked);
        Assert.Equal([("lobby but c1", "mothra"), ("lobby", ""), ("lobby but c1", "rodan")], Told);
    }

    [Fact]
    public async Task TypingEndsLateWhilePresenceIsAway()
    {
        await SetAsync("mothra", isTyping: true);
        _presence.IsAway = true;
        _presence.Typing = [];
        await LookAsync(times: 2);
        await Assert.ThrowsAsync<RpcException>(() => SetAsync("rodan", isTyping: true));
        Assert.Single(Told);

        _presence.IsAway = false;
        await ToldAsync(count: 2);

        Assert.Equal([("lobby but c1", "mothra"), ("lobby", "")], Told);
    }

    private Task SetAsync(string username, bool isTyping) =>
        _relay.SetAsync(username, "c1", DiscussionId.Lobby, isTyping, CancellationToken.None);

    // Looks come one after the other: when the second has begun, what follows from the first has happened.
    private Task LookAsync(int times = 1)
    {
        var asked = _presence.Asked + times;
        return TickUntilAsync(() => _presence.Asked >= asked, "it looks");
    }

    private Task ToldAsync(int count) => TickUntilAsync(() => Told.Count() >= count, $"{count} events are sent");

    private Task TickUntilAsync(Func<bool> condition, string what) => Eventually.TrueAsync(
        () =>
        {
            if (!condition())
            {
                _time.Advance(Tick);
            }

            return condition();
        },
        what);
}
