using Godzilla.Accounts.Users;

namespace Godzilla.Tests.Unit.Accounts;

public sealed class CredentialsTests
{
    [Theory]
    [InlineData("mothra", 256, null)]
    [InlineData("Mothra_1.2-3@4+5", 1, null)]
    [InlineData("mothra", 257, "Password must be at most 256 characters")]
    [InlineData("a b", 1, "Username must be 1 to 64 letters, digits or _ . - @ +")]
    [InlineData("mothra\n", 1, "Username must be 1 to 64 letters, digits or _ . - @ +")]
    [InlineData("", 1, "Username and password are required")]
    [InlineData(null, 1, "Username and password are required")]
    [InlineData("mothra", 0, "Username and password are required")]
    public void AnAccountNeedsANameAndAPasswordThatKeepTheRules(string? username, int passwordLength, string? expected)
    {
        Assert.Equal(expected is null, new Credentials(username, new string('x', passwordLength)).AreAcceptable(out var error));
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void ANameHasAtMost64Characters(int length, bool acceptable) =>
        Assert.Equal(acceptable, new Credentials(new string('m', length), "silk").AreAcceptable(out _));

    [Fact]
    public void TheRulesHoldWhenAnAccountIsMadeAndNotWhenSomebodySignsIn() =>
        Assert.True(new Credentials("no such\nname", new string('x', 1000)).AreGiven(out _));
}
