namespace Godzilla.Tests.System.ServiceDefaults;

/// <summary>A service with a bad option does not start. Which values are bad, the unit tests say.</summary>
public sealed class OptionsTests
{
    [Theory]
    [InlineData("Gateway", "Origins__Allowed__0", "https://godzilla.example/path", "Origins:Allowed must hold origins")]
    [InlineData("Accounts", "SessionLifetime__Absolute", "00:00:01", "SessionLifetime:Absolute must be between")]
    [InlineData("Presence", "Typing__Lifetime", "01:00:00", "Typing:Lifetime must be between")]
    [InlineData("Chat", "Identity__Callees__presence__Key", "short", "Identity:Callees:presence:Key must have at least 32 characters")]
    public async Task ABadOptionStopsTheStartWithOneLine(string service, string key, string value, string message)
    {
        using var process = ServiceProcess.Start(service, (key, value));

        Assert.Equal(1, await process.ExitCodeAsync());
        Assert.Empty(process.Output);
        var line = Assert.Single(process.Errors);
        Assert.StartsWith($"Godzilla.{service} does not start: ", line, StringComparison.Ordinal);
        Assert.Contains(message, line, StringComparison.Ordinal);
    }
}
