namespace Godzilla.Tests.System.ServiceDefaults;

/// <summary>A service that is set up wrongly does not start, and says in one line what to set.</summary>
public sealed class OptionsTests
{
    [Theory]
    [InlineData("Gateway", "Identity__Key", "", "Identity:Key is missing")]
    [InlineData("Gateway", "Identity__Key", "short", "Identity:Key must have at least 32 characters")]
    [InlineData("Gateway", "Origins__Allowed__0", "https://godzilla.example/path", "Origins:Allowed must hold origins")]
    [InlineData("Accounts", "Sessions__Lifetime", "00:00:01", "Sessions:Lifetime must be between")]
    [InlineData("Presence", "Online__Lease", "00:00:01", "Online:Lease must be between")]
    [InlineData("Presence", "Typing__Lifetime", "01:00:00", "Typing:Lifetime must be between")]
    [InlineData("Chat", "Presence__RenewEvery", "01:00:00", "Presence:RenewEvery must be between")]
    public async Task ABadValueStopsTheStart(string service, string key, string value, string message)
    {
        using var process = ServiceProcess.Start(service, (key, value));

        Assert.Equal(1, await process.ExitCodeAsync());
        Assert.Empty(process.Output);
        var line = Assert.Single(process.Errors);
        Assert.StartsWith($"Godzilla.{service} does not start: ", line, StringComparison.Ordinal);
        Assert.Contains(message, line, StringComparison.Ordinal);
    }
}
