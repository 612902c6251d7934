using System.Collections.Concurrent;
using Godzilla.Presence.V1;

namespace Godzilla.Tests.Unit.Chat;

public sealed class OnlineListsTests : IAsyncLifetime, IDisposable
{
    private readonly PresenceParts _chat = new();
    private readonly ConcurrentQueue<string> _lists = new();

    public async Task InitializeAsync()
    {
        _chat.Lists.OnList(list => _lists.Enqueue(string.Join(',', list)));
        await _chat.StartAsync();
    }

    public Task DisposeAsync() => _chat.StopAsync();

    public void Dispose() => _chat.Dispose();

    [Fact]
    public async Task ListsAreCompleteAndAtMostTwoASecond()
    {
        _chat.Service.Say(PresenceParts.Snapshot(1, "mothra"));
        await Eventually.TrueAsync(() => _lists.Count == 1, "the first comes at once");
        for (var number = 2; number < 100; number++)
        {
            _chat.Service.Say(new WatchResponse { Version = number, Joined = { $"user{number:000}" } });
        }

        await Eventually.TrueAsync(() => _chat.Watch.Online.Count == 99, "all have come");
        Assert.Equal(["mothra"], _lists);
        _chat.Time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Single(_lists);
        _chat.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(["mothra", string.Join(',', _chat.Watch.Online)], _lists);
        _chat.Time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(2, _lists.Count);

        // After a pause without news the next one comes at once again.
        _chat.Service.Say(new WatchResponse { Version = 200, Left = { "mothra" } });
        await Eventually.TrueAsync(() => _lists.Count == 3, "the next comes at once");
        Assert.DoesNotContain("mothra", _lists.Last(), StringComparison.Ordinal);
    }
}
