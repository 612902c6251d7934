using System.Text;
using Godzilla.ServiceDefaults.Sessions;

namespace Godzilla.Tests.Unit.ServiceDefaults;

public sealed class SessionTokenTests
{
    [Fact]
    public void ATokenIsRandomAndItsKeyIsItsHash()
    {
        var (one, other) = (SessionToken.Create(), SessionToken.Create());

        Assert.Matches("^[0-9a-f]{64}$", one);
        Assert.NotEqual(one, other);
        Assert.DoesNotContain(one, SessionToken.KeyOf(one), StringComparison.Ordinal);

        // SHA-256 of "abc", FIPS 180-2, appendix B.1.
        Assert.Equal("session:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", SessionToken.KeyOf("abc"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("a*")]
    [InlineData("ä")]
    public void WhatCannotBeATokenHasNoKey(string? token) => Assert.Null(SessionToken.KeyOf(token));

    [Fact]
    public void ATokenHasAtMost128Characters()
    {
        Assert.NotNull(SessionToken.KeyOf(new string('a', 128)));
        Assert.Null(SessionToken.KeyOf(new string('a', 129)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("godzilla")]
    [InlineData("{}")]
    [InlineData("""{"id":"","user":"godzilla","created_at":"2026-01-01T00:00:00Z"}""")]
    [InlineData("""{"id":"1","user":7,"created_at":"2026-01-01T00:00:00Z"}""")]
    public void WhatIsNoRecordIsNoSession(string json) => Assert.Null(SessionRecord.FromJson(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void ARecordIsReadAsItWasWritten()
    {
        var record = new SessionRecord("1", "godzilla", DateTimeOffset.UnixEpoch);

        Assert.Equal(record, SessionRecord.FromJson(record.ToJson()));
    }
}
