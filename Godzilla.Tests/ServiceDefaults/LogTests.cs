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
        try
        {
            var lines = new List<string>();
            while (!lines.Exists(line => line.Contains("Application started", StringComparison.Ordinal)))
            {
                var line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
                Assert.True(line is not null, $"It ended: {await process.StandardError.ReadToEndAsync()}");
                lines.Add(line);
            }

            Assert.All(lines, line => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind));
        }
        finally
        {
            process.Kill();
        }
    }
}
