using System.Diagnostics;

namespace Godzilla.Tests.ServiceDefaults;

/// <summary>One of the services as a process of its own, outside Development, with nothing that it depends on.</summary>
internal static class ServiceProcess
{
    /// <summary>Starts it, on ports of its own.</summary>
    /// <param name="service">Such as <c>Gateway</c>.</param>
    /// <param name="variables">Environment variables on top of what every service needs.</param>
    /// <returns>The process; its output is for the caller to read.</returns>
    public static Process Start(string service, params (string Key, string Value)[] variables)
    {
        var executable = Executable(service);
        var start = new ProcessStartInfo("dotnet", [executable])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetDirectoryName(executable),
        };
        (string Key, string Value)[] needed =
        [
            ("ASPNETCORE_ENVIRONMENT", "Production"),
            ("ASPNETCORE_URLS", "http://127.0.0.1:0"),
            ("Kestrel__Endpoints__http__Url", "http://127.0.0.1:0"),
            ("Kestrel__Endpoints__grpc__Url", "http://127.0.0.1:0"),
            ("ConnectionStrings__redis", "127.0.0.1:1"),
            ("ConnectionStrings__accountsdb", "mongodb://%2Fnowhere/accountsdb"),
            ("ConnectionStrings__chatdb", "mongodb://%2Fnowhere/chatdb"),
            ("Identity__Key", GodzillaApp.IdentityKey),
        ];
        foreach (var (key, value) in needed.Concat(variables))
        {
            start.Environment[key] = value;
        }

        return Process.Start(start)!;
    }

    // Where the app host starts it from: beside this project, in the same configuration.
    private static string Executable(string service)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var root = output.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(root, $"Godzilla.{service}", "bin", output.Parent.Name, output.Name, $"Godzilla.{service}.dll");
    }
}
