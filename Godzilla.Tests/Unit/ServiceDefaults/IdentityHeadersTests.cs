using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http;

namespace Godzilla.Tests.Unit.ServiceDefaults;

public sealed class IdentityHeadersTests
{
    [Theory]
    [InlineData("X-Authenticated-User")]
    [InlineData("x_authenticated_session")]
    [InlineData("X.AUTHENTICATED.SIGNATURE")]
    [InlineData("X-Authenticated-Anything")]
    [InlineData("X-Forwarded-For")]
    [InlineData("x_forwarded_proto")]
    [InlineData("Forwarded")]
    [InlineData("X-Real-IP")]
    [InlineData("x!real~ip")]
    public void ReservedNamesAreDroppedInAnySpelling(string name)
    {
        var headers = new HeaderDictionary { [name] = "godzilla", ["Accept"] = "*/*" };

        IdentityHeaders.Drop(headers);

        Assert.Equal(["Accept"], headers.Keys);
    }

    [Fact]
    public void AllOfThemAreDropped()
    {
        var headers = new HeaderDictionary { ["X-Authenticated-User"] = "a", ["Forwarded"] = "b", ["X-Forwarded-For"] = "c", ["X-Real-IP"] = "d", ["Accept"] = "*/*" };

        IdentityHeaders.Drop(headers);

        Assert.Equal(["Accept"], headers.Keys);
    }

    [Theory]
    [InlineData("Authorization")]
    [InlineData("X-Request-Id")]
    [InlineData("X-Authenticate")]
    [InlineData("Forwarded-By-Me")]
    [InlineData("X-Real-IP-Of-Mine")]
    [InlineData("Y-Real-IP")]
    [InlineData("XaAuthenticatedaUser")]
    public void OtherNamesStay(string name)
    {
        var headers = new HeaderDictionary { [name] = "value" };

        IdentityHeaders.Drop(headers);

        Assert.Equal("value", headers[name]);
    }
}
