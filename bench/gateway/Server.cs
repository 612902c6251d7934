using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Gateway.Bench;

/// <summary>A process that listens on a loopback port, and its children.</summary>
internal sealed class Server : IAsyncDisposable
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on all Linux platforms.
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly Process _process;

    private Server(Process process, int port) => (_process, Port) = (process, port);

    internal int Port { get; }

    internal static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    internal static async Task<Server> StartAsync(string folder, int port, string command, IEnumerable<string> arguments, params (string Key, string Value)[] environment)
    {
        // To a file, as container engines keep it: a pipe would make this process read along.
        var output = Path.Combine(folder, $"{port}.out");
        var start = new ProcessStartInfo("sh", ["-c", "exec \"$0\" \"$@\" > " + output, command, .. arguments]);
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        var process = Process.Start(start)!;
        var server = new Server(process, port);
        var started = Stopwatch.GetTimestamp();
        while (!await ListensAsync(port))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(started) > StartLimit)
            {
                throw new InvalidOperationException($"{command} does not listen on {port}.");
            }

            await Task.Delay(50);
        }

        return server;
    }

    /// <summary>Processor time used so far.</summary>
    internal TimeSpan ProcessorTime() => TimeSpan.FromSeconds(Ids().Sum(id => SecondsOf(File.ReadAllText($"/proc/{id}/stat"))));

    /// <summary>Processor time used so far by the threads of this name, of which the kernel keeps 15 characters. Threads that have ended do not count.</summary>
    internal TimeSpan ProcessorTime(string thread)
    {
        var seconds = 0.0;
        foreach (var task in Ids().SelectMany(id => Directory.GetDirectories($"/proc/{id}/task")))
        {
            try
            {
                var stat = File.ReadAllText($"{task}/stat");
                seconds += stat.Contains($"({thread})", StringComparison.Ordinal) ? SecondsOf(stat) : 0;
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return TimeSpan.FromSeconds(seconds);
    }

    internal long ResidentBytes() => Bytes("VmRSS:");

    /// <summary>The most that it has had at once; of several processes, each for itself.</summary>
    internal long PeakResidentBytes() => Bytes("VmHWM:");

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static double SecondsOf(string stat)
    {
        var fields = stat.Split(") ")[1].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    private long Bytes(string name) => Ids().Sum(id => 1024 * long.Parse(
        File.ReadLines($"/proc/{id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture));

    private IEnumerable<int> Ids()
    {
        var children = File.ReadAllText($"/proc/{_process.Id}/task/{_process.Id}/children");
        return children.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture)).Append(_process.Id);
    }

    private static async Task<bool> ListensAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(System.Net.IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
