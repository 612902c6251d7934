using System.Diagnostics;

namespace Godzilla.Tests.ServiceDefaults;

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
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, Executable(service))])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetDirectoryName(Executable(service)),
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["Kestrel__Endpoints__http__Url"] = "http://127.0.0.1:0";
        start.Environment["Kestrel__Endpoints__grpc__Url"] = "http://127.0.0.1:0";
        start.Environment["ConnectionStrings__redis"] = "127.0.0.1:1";
        start.Environment["ConnectionStrings__accountsdb"] = "mongodb://%2Fnowhere/accountsdb";
        start.Environment["ConnectionStrings__chatdb"] = "mongodb://%2Fnowhere/chatdb";
        start.Environment["Identity__Key"] = GodzillaApp.IdentityKey;
        start.Environment[key] = value;

        using var process = Process.Start(start)!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.NotEqual(0, process.ExitCode);
        Assert.Contains(string.Concat(await output).Split('\n'), line => line.Contains(message, StringComparison.Ordinal));
    }

    // Where the app host starts it from: beside this project, in the same configuration.
    private static string Executable(string service)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var root = output.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(root, $"Godzilla.{service}", "bin", output.Parent.Name, output.Name, $"Godzilla.{service}.dll");
    }
}
