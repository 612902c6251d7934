using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Tests.Unit.Accounts;

public sealed class CredentialsTests
{
    private const string NameError = "Username must be 1 to 32 letters, digits or _ - .";
    private const string PasswordError = "Password must be 8 to 128 characters";

    [Theory]
    [InlineData("mothra", 128, null)]
    [InlineData("Mothra_1.2-3", 8, null)]
    [InlineData("mothra", 129, PasswordError)]
    [InlineData("mothra", 7, PasswordError)]
    [InlineData("a b", 8, NameError)]
    [InlineData("mothra@example", 8, NameError)]
    [InlineData("mothra+1", 8, NameError)]
    [InlineData("mothra\n", 8, NameError)]
    [InlineData("", 8, "Username and password are required")]
    [InlineData(null, 8, "Username and password are required")]
    [InlineData("mothra", 0, "Username and password are required")]
    public void AnAccountNeedsANameAndAPasswordThatKeepTheRules(string? username, int passwordLength, string? expected)
    {
        Assert.Equal(expected is null, new Credentials(username, new string('x', passwordLength)).AreAcceptable(out var error));
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void ANewNameHasAtMost32Characters(int length, bool acceptable) =>
        Assert.Equal(acceptable, new Credentials(new string('m', length), "silk and wings").AreAcceptable(out _));

    [Theory]
    [InlineData(7, false)]
    [InlineData(8, true)]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void ACharacterBeyondTheBasicPlaneCountsOnce(int count, bool acceptable) =>
        Assert.Equal(acceptable, new Credentials("mothra", string.Concat(Enumerable.Repeat("\U0001F98B", count))).AreAcceptable(out _));

    [Fact]
    public void TheRulesHoldWhenAnAccountIsMadeAndNotWhenSomebodySignsIn()
    {
        Assert.True(new Credentials("no such\nname", new string('x', 1000)).AreGiven(out _));
        Assert.True(new Credentials("mothra", "x").AreGiven(out _));
    }

    [Theory]
    [InlineData("mothra+1@example.org", true)]
    [InlineData("mothra\n", false)]
    public void AnOlderNameMayStillBeAMember(string name, bool may) => Assert.Equal(may, UsernameRule.IsMetBy(name));

    [Theory]
    [InlineData("Mothra", "mothra")]
    [InlineData("MOTHRA_1.2@x", "mothra_1.2@x")]
    [InlineData("\u0130\u00C4", "\u0130\u00C4")]
    public void OnlyAsciiLettersLoseTheirCase(string name, string key) => Assert.Equal(key, UsernameRule.KeyOf(name));
}
