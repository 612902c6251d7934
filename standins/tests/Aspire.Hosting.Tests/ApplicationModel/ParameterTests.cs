using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Tests.ApplicationModel;

[UnsupportedOSPlatform("windows")]
public sealed class ParameterTests
{
    [Fact]
    public async Task AGeneratedParameterStaysTheSameAndOnlyItsUserCanReadIt()
    {
        using var data = new TemporaryFolder();
        var first = await TokenAsync();

        Assert.Equal(first, await TokenAsync());
        Assert.Matches("^token=[A-Za-z0-9]{48}$", first);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(data.File("secrets.json")));
        Assert.Empty(Directory.EnumerateFiles(data.Path, "*.tmp"));
        Assert.Equal("token=given", await TokenAsync("--Parameters:token=given"));

        async Task<string> TokenAsync(params string[] more)
        {
            await using var appHost = AppHostProcess.Start("Scenario.AppHost", data, ["parameter", .. more]);
            var line = await appHost.LineAsync(@"^say +\| token=");
            appHost.Signal(PosixSignal.SIGINT);
            Assert.Equal(0, await appHost.ExitCodeAsync());
            return line.Split("| ")[1];
        }
    }

    [Fact]
    public void AGeneratedValueHasWhatIsAskedOfIt()
    {
        var value = new GenerateParameterDefault { MinLength = 30, Special = false, MinLower = 3, MinUpper = 3, MinNumeric = 10 }.GetDefaultValue();

        Assert.Equal(30, value.Length);
        Assert.True(value.Count(char.IsAsciiLetterLower) >= 3);
        Assert.True(value.Count(char.IsAsciiLetterUpper) >= 3);
        Assert.True(value.Count(char.IsAsciiDigit) >= 10);
        Assert.All(value, c => Assert.True(char.IsAsciiLetterOrDigit(c)));
    }
}
