using Godzilla.Chat.Messages;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Godzilla.Tests.Unit.Chat;

public sealed class SendLimitTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly SendLimit _limit;

    public SendLimitTests() => _limit = new SendLimit(Options.Create(new SendLimitOptions()), _time);

    [Fact]
    public void ABurstIsAllowedThenTenASecond()
    {
        var burst = Enumerable.Range(0, 30).Select(_ => _limit.Take("mothra", 1)).ToArray();
        Assert.All(burst, take => Assert.True(take.IsAllowed));
        Assert.Equal(20, Array.FindIndex(burst, take => take.IsLow));
        Assert.Equal(10, burst.Count(take => take.IsLow));

        Assert.Equal((false, TimeSpan.FromSeconds(0.1), true), _limit.Take("mothra", 1));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, Enumerable.Range(0, 20).Count(_ => _limit.Take("mothra", 1).IsAllowed));
        Assert.True(_limit.Take("rodan", 1).IsAllowed);
    }

    [Fact]
    public void ACallOfManyMayOverdrawOnceAndIsPaidForAfterwards()
    {
        Assert.True(_limit.Take("mothra", 100).IsAllowed);

        Assert.Equal((false, TimeSpan.FromSeconds(7.1), true), _limit.Take("mothra", 1));
        _time.Advance(TimeSpan.FromSeconds(7));
        Assert.False(_limit.Take("mothra", 1).IsAllowed);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(_limit.Take("mothra", 1).IsAllowed);
    }
}
