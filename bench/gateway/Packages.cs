using System.Diagnostics;

namespace Gateway.Bench;

/// <summary>What the bench needs from Debian or Ubuntu.</summary>
internal static class Packages
{
    private static readonly string[] Names =
        ["nginx-light", "libnginx-mod-http-lua", "lua-nginx-redis", "lua-nginx-cookie", "lua-cjson", "redis-server", "wrk"];

    internal static void Install()
    {
        if (Run("dpkg", ["-s", .. Names]) == 0)
        {
            return;
        }

        string[] install = ["apt-get", "install", "-y", "--no-install-recommends", .. Names];
        var exitCode = Environment.IsPrivilegedProcess ? Run(install[0], install[1..]) : Run("sudo", install);
        if (exitCode != 0)
        {
            throw new InvalidOperationException($"Could not install what the bench needs: {string.Join(' ', install)}");
        }
    }

    private static int Run(string command, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        return process.ExitCode;
    }
}
