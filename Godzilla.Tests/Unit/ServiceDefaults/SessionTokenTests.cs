using System.Text;
using Godzilla.ServiceDefaults.Sessions;

namespace Godzilla.Tests.Unit.ServiceDefaults;

public sealed class SessionTokenTests
{
    [Fact]
    public void ATokenIsRandomAndItsSessionsIdIsItsHash()
    {
        var (one, other) = (SessionToken.Create(), SessionToken.Create());

        Assert.Matches("^[0-9a-f]{64}$", one);
        Assert.NotEqual(one, other);
        Assert.DoesNotContain(one, SessionToken.IdOf(one), StringComparison.Ordinal);

        // SHA-256 of "abc", FIPS 180-2, appendix B.1.
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", SessionToken.IdOf("abc"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("a*")]
    [InlineData("ä")]
    public void WhatCannotBeATokenHasNoId(string? token) => Assert.Null(SessionToken.IdOf(token));

    [Fact]
    public void ATokenHasAtMost128Characters()
    {
        Assert.NotNull(SessionToken.IdOf(new string('a', 128)));
        Assert.Null(SessionToken.IdOf(new string('a', 129)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("godzilla")]
    [InlineData("{}")]
    [InlineData("""{"user":"","created_at":"2026-01-01T00:00:00Z","expires_at":"2026-01-02T00:00:00Z"}""")]
    [InlineData("""{"user":7,"created_at":"2026-01-01T00:00:00Z","expires_at":"2026-01-02T00:00:00Z"}""")]
    public void WhatIsNoRecordIsNoSession(string json) => Assert.Null(SessionRecord.FromJson(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void ARecordIsReadAsItWasWritten()
    {
        var record = new SessionRecord("godzilla", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1))
        {
            SeenAt = DateTimeOffset.UnixEpoch.AddHours(1),
            IdleSeconds = 3600,
            Address = "127.0.0.1",
            UserAgent = "curl/8.5.0",
        };

        Assert.Equal(record, SessionRecord.FromJson(record.ToJson()));
    }

    [Theory]
    [InlineData(null, 24)]
    [InlineData(2, 3)]
    [InlineData(48, 24)]
    public void ASessionEndsWhenItIsNotUsedOrWhenItsTimeIsUp(int? idleHours, int endsAfterHours)
    {
        var record = new SessionRecord("godzilla", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1))
        {
            SeenAt = DateTimeOffset.UnixEpoch.AddHours(1),
            IdleSeconds = idleHours * 3600,
        };

        Assert.Equal(DateTimeOffset.UnixEpoch.AddHours(endsAfterHours), record.EndsAt);
    }
}
