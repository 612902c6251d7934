using Godzilla.Accounts.Passwords;
using Godzilla.Accounts.Users;
using Microsoft.Extensions.Options;

namespace Godzilla.Tests.Unit.Accounts;

public sealed class PasswordHashTests
{
    private readonly PasswordHash _passwords = At(10_000);

    [Fact]
    public void OnlyTheOwnPasswordIsRight()
    {
        var mothra = User(_passwords.Create("silk"));

        Assert.True(_passwords.Verify(mothra, "silk"));
        Assert.False(_passwords.Verify(mothra, "Silk"));
        Assert.False(_passwords.Verify(User(_passwords.Create("wind")), "silk"));
    }

    [Fact]
    public void TheSamePasswordHasAnotherHashEachTime() => Assert.NotEqual(_passwords.Create("silk"), _passwords.Create("silk"));

    [Theory]
    [InlineData("")]
    [InlineData("silk")]
    public void AnUnknownUserHasNoPassword(string password) => Assert.False(_passwords.Verify(user: null, password));

    [Theory]
    [InlineData(10_000, 10_000, false)]
    [InlineData(10_000, 20_000, true)]
    [InlineData(20_000, 10_000, true)]
    public void AHashOfAnotherCostIsVerifiedAndOutdated(int before, int now, bool isOutdated)
    {
        var hash = At(before).Create("silk");

        Assert.True(At(now).Verify(User(hash), "silk"));
        Assert.False(At(now).Verify(User(hash), "wind"));
        Assert.Equal(isOutdated, At(now).IsOutdated(hash));
    }

    private static PasswordHash At(int iterations) => new(Options.Create(new PasswordOptions { Iterations = iterations }));

    private static User User(string password) => new() { Username = "mothra", Password = password, CreatedAt = DateTime.UnixEpoch };
}
