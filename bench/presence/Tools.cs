using System.Diagnostics;
using Bench;

namespace Presence.Bench;

/// <summary>What the bench needs from Debian, Ubuntu and npm, and what it builds from that.</summary>
internal static class Tools
{
    private static readonly string[] Packages =
    [
        "redis-server", "nghttp2-client", "golang-go", "golang-google-grpc-dev", "golang-goprotobuf-dev", "protobuf-compiler",
    ];

    internal static void Install()
    {
        if (Run("dpkg", ["-s", .. Packages]).ExitCode != 0)
        {
            string[] install = ["apt-get", "install", "-y", "--no-install-recommends", .. Packages];
            Require(Environment.IsPrivilegedProcess ? Run(install[0], install[1..]) : Run("sudo", install), string.Join(' ', install));
        }

        NodePackages.Install();
    }

    /// <summary>Builds the Go server without modules, from Debian's libraries.</summary>
    /// <returns>The executable.</returns>
    internal static string BuildGo(string folder)
    {
        var source = Directory.CreateDirectory(Path.Combine(folder, "go", "src", "presence")).FullName;
        Directory.CreateDirectory(Path.Combine(source, "pb"));
        File.Copy(Path.Combine(NodePackages.Folder, "main.go"), Path.Combine(source, "main.go"), overwrite: true);

        // Go's generator asks where the package is.
        var proto = File.ReadAllText(Path.Combine(NodePackages.Folder, "presence.proto"))
            .Replace("package presence;", "package presence;\noption go_package = \"presence/pb\";", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(source, "presence.proto"), proto);
        Require(
            Run("protoc", [$"--go_out=plugins=grpc,paths=source_relative:{Path.Combine(source, "pb")}", "presence.proto"], source), "protoc");
        var executable = Path.Combine(folder, "presence-go");
        Require(
            Run(
                "go",
                ["build", "-o", executable, "."],
                source,
                ("GO111MODULE", "off"),
                ("GOFLAGS", ""),
                ("GOPATH", $"{Path.Combine(folder, "go")}:/usr/share/gocode"),
                ("GOCACHE", Path.Combine(folder, "go-cache"))),
            "go build");
        return executable;
    }

    /// <summary>Runs h2load over four connections with 32 calls under way on each.</summary>
    /// <returns>Calls a second.</returns>
    internal static double Load(Uri address, string bodyFile, int seconds, IEnumerable<(string Name, string Value)> headers)
    {
        var (exitCode, output) = Run(
            "h2load",
            [
                "-t1", "-c4", "-m32", "-D", $"{seconds}", "--warm-up-time=0", "-d", bodyFile,
                .. headers.SelectMany(header => new[] { "-H", $"{header.Name}: {header.Value}" }), address.ToString(),
            ]);
        Require((exitCode, output), "h2load");
        var line = output.Split('\n').Single(line => line.StartsWith("requests:", StringComparison.Ordinal));
        if (!line.Contains(" 0 failed, 0 errored", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"{address}: {line}");
        }

        var rate = output.Split('\n').Single(line => line.StartsWith("finished in ", StringComparison.Ordinal)).Split(", ")[1].Split(' ')[0];
        return double.Parse(rate, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static (int ExitCode, string Output) Run(
        string command, IEnumerable<string> arguments, string? folder = null, params (string Key, string Value)[] environment)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? "" };
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    private static void Require((int ExitCode, string Output) ended, string what)
    {
        if (ended.ExitCode != 0)
        {
            throw new InvalidOperationException($"{what}: {ended.Output}");
        }
    }
}
