using System.Text.Json;

namespace Godzilla.Tests.ServiceDefaults;

public sealed class LogTests
{
    [Theory]
    [InlineData("Gateway")]
    [InlineData("Accounts")]
    [InlineData("Presence")]
    [InlineData("Chat")]
    public async Task OutsideDevelopmentEveryLineIsJsonAndAServiceStartsWithoutWhatItDependsOn(string service)
    {
        using var process = ServiceProcess.Start(service);

        await process.LineAsync("Application started");

        Assert.All(process.Output, line =>
        {
            var entry = JsonDocument.Parse(line).RootElement;
            Assert.Equal(JsonValueKind.String, entry.GetProperty("LogLevel").ValueKind);
            Assert.Equal(TimeSpan.Zero, entry.GetProperty("Timestamp").GetDateTimeOffset().Offset);
        });
        Assert.Empty(process.Errors);
    }
}
