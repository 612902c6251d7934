using Godzilla.Gateway.Sessions;
using Microsoft.Extensions.Primitives;

namespace Godzilla.Tests.Unit.Gateway;

public sealed class SessionCookieTests
{
    [Theory]
    [InlineData("auth_token=a1", "a1")]
    [InlineData("x=1; auth_token=a1; y=2", "a1")]
    [InlineData("x=1;auth_token=a1;y=2", "a1")]
    [InlineData("auth_token=a1; auth_token=b2", "a1")]
    [InlineData("auth_token=", "")]
    [InlineData("auth_tokens=a1", "")]
    [InlineData("my_auth_token=a1", "")]
    [InlineData("AUTH_TOKEN=a1", "")]
    [InlineData("x=auth_token=a1", "")]
    [InlineData(";;; ;auth_token=a1", "a1")]
    [InlineData("===;;;auth_token", "")]
    [InlineData("", "")]
    public void TheFirstCookieOfThatNameCounts(string header, string expected) => Assert.Equal(expected, SessionCookie.Find(header).ToString());

    [Fact]
    public void CookiesMayComeInSeveralHeaders() =>
        Assert.Equal("a1", SessionCookie.Find(new StringValues(["x=1", "auth_token=a1", "auth_token=b2"])).ToString());

    [Fact]
    public void NoneIsEmpty() => Assert.True(SessionCookie.Find(StringValues.Empty).IsEmpty);
}
