using System.Text.Json;

namespace Godzilla.Tests.System.ServiceDefaults;

/// <summary>How a service begins and ends outside Development, with nothing that it depends on in reach.</summary>
public sealed class ProcessTests
{
    [Theory]
    [InlineData("Gateway")]
    [InlineData("Accounts")]
    [InlineData("Presence")]
    [InlineData("Chat")]
    public async Task ItStartsWritesJsonAndEndsCleanlyWhenToldTo(string service)
    {
        using var process = ServiceProcess.Start(service);
        await process.LineAsync("Application started");

        process.Terminate();

        Assert.Equal(0, await process.ExitCodeAsync());
        Assert.Empty(process.Errors);
        Assert.Contains(process.Output, line => line.Contains("Application is shutting down", StringComparison.Ordinal));
        Assert.All(process.Output, line =>
        {
            var entry = JsonDocument.Parse(line).RootElement;
            Assert.DoesNotContain(entry.GetProperty("LogLevel").GetString(), (string[])["Error", "Critical"]);
            Assert.Equal(TimeSpan.Zero, entry.GetProperty("Timestamp").GetDateTimeOffset().Offset);
        });
    }
}
