using Godzilla.Chat.Discussions;
using Godzilla.Chat.SignalR;
using Godzilla.Presence.V1;
using Grpc.Core;

namespace Godzilla.Tests.Unit.Chat;

public sealed class TypingRelayTests : IAsyncLifetime, IDisposable
{
    private readonly PresenceParts _chat = new();

    private IEnumerable<(string Receivers, string Users)> Told => _chat.Hub.Sent
        .Where(sent => sent.Event is TypingList)
        .Select(sent => (sent.Receivers.Trim(), string.Join(',', ((TypingList)sent.Event).Users)));

    public async Task InitializeAsync()
    {
        await _chat.StartAsync();
        _chat.Service.Say(PresenceParts.Snapshot(1, "mothra", "rodan"));
        _chat.Sync.Connected("mothra", "m1");
        _chat.Sync.Connected("mothra", "m2");
        _chat.Sync.Connected("rodan", "r1");
    }

    public Task DisposeAsync() => _chat.StopAsync();

    public void Dispose() => _chat.Dispose();

    [Fact]
    public async Task ItIsOneCallAndNobodyIsAsked()
    {
        await SetAsync("mothra", isTyping: true);
        await SetAsync("mothra", isTyping: false);

        Assert.Equal([true, false], _chat.Service.Typing.Select(request => request.IsTyping));
        Assert.Empty(Told);
    }

    [Fact]
    public async Task NobodyIsToldOfThemselvesOnAnyConnection()
    {
        Say(2, typing: ["mothra"]);
        Say(3, typing: ["rodan"]);
        Say(4, stopped: ["mothra"]);
        Say(5, stopped: ["rodan"]);

        await Eventually.TrueAsync(() => Told.Count() == 6, "all is told");
        Assert.Equal(
            [
                ("lobby but m1 m2", "mothra"),
                ("lobby but m1 m2 r1", "mothra,rodan"), ("m1 m2", "rodan"),
                ("lobby but r1 m1 m2", "rodan"), ("r1", ""),
                ("lobby but r1", ""),
            ],
            Told);
    }

    [Fact]
    public async Task WhatEndedWhilePresenceWasAwayIsToldAfterwards()
    {
        Say(2, typing: ["mothra"]);
        await Eventually.TrueAsync(() => Told.Any(), "it is told");
        _chat.Service.IsAway = true;
        _chat.Service.Break();
        await Assert.ThrowsAsync<RpcException>(() => SetAsync("rodan", isTyping: true));
        Assert.Single(Told);

        _chat.Service.IsAway = false;
        _chat.Service.Say(PresenceParts.Snapshot(9, "mothra", "rodan"));
        await _chat.PassUntilAsync(() => Told.Count() == 2, "the end is told");

        Assert.Equal([("lobby but m1 m2", "mothra"), ("lobby but m1 m2", "")], Told);
    }

    [Fact]
    public async Task WhatIsTypedSomewhereElseIsNotTold()
    {
        _chat.Service.Say(new WatchResponse { Version = 2, Typing = { new TypingUser { Username = "mothra" } } });
        Say(3, typing: ["mothra"]);

        await Eventually.TrueAsync(() => Told.Any(), "it is told");
        Assert.Equal([("lobby but m1 m2", "mothra")], Told);
    }

    private void Say(long version, string[]? typing = null, string[]? stopped = null) => _chat.Service.Say(new WatchResponse
    {
        Version = version,
        Typing = { (typing ?? []).Select(InLobby) },
        Stopped = { (stopped ?? []).Select(InLobby) },
    });

    private static TypingUser InLobby(string user) => new() { Username = user, DiscussionId = "lobby" };

    private Task SetAsync(string username, bool isTyping) =>
        _chat.Typing.SetAsync(username, "m1", DiscussionId.Lobby, isTyping, CancellationToken.None);
}
