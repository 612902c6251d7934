namespace Godzilla.Tests.System.ServiceDefaults;

/// <summary>A service with a bad option does not start. Which values are bad, the unit tests say.</summary>
public sealed class OptionsTests
{
    [Theory]
    [InlineData("Gateway", "Origins__Allowed__0", "https://godzilla.example/path", "Origins:Allowed must hold origins")]
    [InlineData("Gateway", "ClientAddress__TrustedProxies__0", "everybody", "ClientAddress:TrustedProxies must hold addresses")]
    [InlineData("Gateway", "AllowedHosts", "https://godzilla.example", "AllowedHosts must hold hosts")]
    [InlineData("Gateway", "Limits__HeadersTime", "0", "Limits:HeadersTime must be between")]
    [InlineData("Gateway", "Kestrel__Endpoints__http__Url", "https://127.0.0.1:0", "Kestrel:Certificates:Default:Path must name a certificate")]
    [InlineData("Gateway", "Kestrel__Certificates__Default__Path", "/no/such.pfx", "names a file that does not exist: /no/such.pfx")]
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
