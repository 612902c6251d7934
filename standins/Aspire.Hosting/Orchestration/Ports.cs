using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Aspire.Hosting.Orchestration;

/// <summary>Finds ports that nobody listens on, and says who listens on one.</summary>
internal static class Ports
{
    // Below the range from which the system takes the near ends of connections, so that none of those gets in the way.
    private const int First = 14_000;
    private const int Last = 32_000;

    private static readonly string[] SocketTables = ["/proc/net/tcp", "/proc/net/tcp6"];

    // What one application has got, another must not get while neither listens yet. A UDP socket on the same number tells all processes so,
    // and ends with this one.
    private static readonly ConcurrentDictionary<int, Socket> Given = new();

    /// <summary>Gets a random free port.</summary>
    public static int Next()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(First, Last);
            if (TryClaim(port))
            {
                if (IsFree(port))
                {
                    return port;
                }

                Release(port);
            }
        }

        throw new DistributedApplicationException($"there is no free port between {First} and {Last}");
    }

    /// <summary>Lets others have a port again.</summary>
    public static void Release(int port)
    {
        if (Given.TryRemove(port, out var claim))
        {
            claim.Dispose();
        }
    }

    /// <summary>Whether a process can listen on a port of this machine's loopback.</summary>
    public static bool IsFree(int port) => CanListen(IPAddress.Loopback, port) && CanListen(IPAddress.IPv6Loopback, port);

    /// <summary>Names the process that listens on a port, if it can be found out.</summary>
    public static string? OwnerOf(int port)
    {
        try
        {
            var inodes = SocketTables.Where(File.Exists).SelectMany(f => ListeningInodes(f, port)).ToHashSet();
            foreach (var directory in inodes.Count == 0 ? [] : Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
            {
                if (HoldsOneOf(directory, inodes))
                {
                    return $"{File.ReadAllText(Path.Combine(directory, "comm")).Trim()}, pid {Path.GetFileName(directory)}";
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is only a hint.
        }

        return null;
    }

    private static bool TryClaim(int port)
    {
        var claim = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            claim.Bind(new IPEndPoint(IPAddress.Loopback, port));
            Given[port] = claim;
            return true;
        }
        catch (SocketException)
        {
            claim.Dispose();
            return false;
        }
    }

    private static bool CanListen(IPAddress address, int port)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
            return true;
        }
        catch (SocketException exception)
        {
            // Where there is no IPv6, nobody listens there either.
            return exception.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable;
        }
    }

    private static IEnumerable<string> ListeningInodes(string file, int port)
    {
        const string Listening = "0A";
        var local = port.ToString("X4", CultureInfo.InvariantCulture);
        return File.ReadLines(file)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 9 && fields[3] == Listening && fields[1].EndsWith($":{local}", StringComparison.Ordinal))
            .Select(fields => $"socket:[{fields[9]}]");
    }

    private static bool HoldsOneOf(string processDirectory, HashSet<string> inodes)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Combine(processDirectory, "fd"))
                .Any(fd => new FileInfo(fd).LinkTarget is { } target && inodes.Contains(target));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
