extern alias presence;

using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using presence::Godzilla.Presence.Typing;
using StackExchange.Redis;

namespace Godzilla.Tests.Unit.Presence;

/// <summary>Typing over a real Redis, with a clock of the test's own.</summary>
[Collection(SharedStores.Name)]
public sealed class TypingUsersTests(Stores stores) : IAsyncLifetime
{
    private readonly string _discussion = Guid.NewGuid().ToString("N");
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private ConnectionMultiplexer? _redis;

    public async Task InitializeAsync() => _redis = await ConnectionMultiplexer.ConnectAsync(await stores.ConnectionStringAsync("redis"));

    public async Task DisposeAsync() => await _redis!.DisposeAsync();

    [Fact]
    public async Task TypingEndsByItselfAfterEightSecondsAndNotBefore()
    {
        var typing = Replica();
        await SetAsync(typing, "mothra", isTyping: true);

        _time.Advance(TimeSpan.FromMilliseconds(7999));
        Assert.Equal(["mothra"], await ListAsync(typing));
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Empty(await ListAsync(typing));
    }

    [Fact]
    public async Task SayingItAgainStartsTheTimeAgainOnEveryReplica()
    {
        var (one, other) = (Replica(), Replica());
        await SetAsync(one, "mothra", isTyping: true);
        _time.Advance(TimeSpan.FromSeconds(7));
        await SetAsync(other, "mothra", isTyping: true);
        _time.Advance(TimeSpan.FromSeconds(7));

        Assert.Equal(["mothra"], await ListAsync(one));
    }

    [Fact]
    public async Task StoppingEndsItAtOnceInThatDiscussion()
    {
        var typing = Replica();
        await SetAsync(typing, "mothra", isTyping: true);
        await SetAsync(typing, "rodan", isTyping: true);
        await typing.SetAsync("rodan", "elsewhere", isTyping: true, CancellationToken.None);

        await SetAsync(typing, "rodan", isTyping: false);

        Assert.Equal(["mothra"], await ListAsync(typing));
        Assert.Contains("rodan", await typing.ListAsync(discussionId: null, CancellationToken.None));
    }

    [Fact]
    public async Task NobodyElseStopsWhenSomebodyLeaves()
    {
        var typing = Replica();
        await SetAsync(typing, "mothra", isTyping: true);
        await SetAsync(typing, "mothra2", isTyping: true);

        await typing.ClearAsync("mothra", CancellationToken.None);

        Assert.Equal(["mothra2"], await ListAsync(typing));
    }

    private TypingUsers Replica() => new(_redis!, Options.Create(new TypingOptions()), _time);

    private Task SetAsync(TypingUsers typing, string username, bool isTyping) =>
        typing.SetAsync(username, _discussion, isTyping, CancellationToken.None);

    private Task<string[]> ListAsync(TypingUsers typing) => typing.ListAsync(_discussion, CancellationToken.None);
}
