using System.ComponentModel.DataAnnotations;

namespace Godzilla.Gateway.Limits;

/// <summary>
/// How much a client may send, how long it may take, and how many connections it may have. The size of a body is also a property of a route
/// (<c>ReverseProxy:Routes:*:MaxRequestBodySize</c>).
/// </summary>
internal sealed class LimitOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Limits";

    /// <summary>The request line, in bytes; past it the answer is 414.</summary>
    [Range(256, 65_536, ErrorMessage = "Limits:RequestLineSize must be between 256 and 65536.")]
    public int RequestLineSize { get; set; } = 8 * 1024;

    /// <summary>All headers of a request together, in bytes; past it the answer is 431.</summary>
    [Range(1024, 1_048_576, ErrorMessage = "Limits:HeadersSize must be between 1024 and 1048576.")]
    public int HeadersSize { get; set; } = 16 * 1024;

    /// <summary>How many headers a request may have; past it the answer is 431.</summary>
    [Range(10, 1000, ErrorMessage = "Limits:HeaderCount must be between 10 and 1000.")]
    public int HeaderCount { get; set; } = 100;

    /// <summary>The body of a request on a route that says nothing about it, in bytes; past it the answer is 413.</summary>
    [Range(0, 1_073_741_824, ErrorMessage = "Limits:BodySize must be between 0 and 1073741824.")]
    public long BodySize { get; set; } = 16 * 1024;

    /// <summary>From the first byte of a request to the end of its headers; past it the answer is 408.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00", ErrorMessage = "Limits:HeadersTime must be between 00:00:01 and 00:05:00.")]
    public TimeSpan HeadersTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>From the first read of a body to its end; past it the answer is 408.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "Limits:BodyTime must be between 00:00:01 and 01:00:00.")]
    public TimeSpan BodyTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many bytes of a body must come each second, after the first five seconds; below it the answer is 408.</summary>
    [Range(1, 1_048_576, ErrorMessage = "Limits:BodyBytesPerSecond must be between 1 and 1048576.")]
    public int BodyBytesPerSecond { get; set; } = 240;

    /// <summary>How long a connection without a request stays open.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "Limits:KeepAliveTime must be between 00:00:01 and 01:00:00.")]
    public TimeSpan KeepAliveTime { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How many connections there may be, WebSockets included. One more is closed at once.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Limits:Connections must be between 1 and 1000000.")]
    public int Connections { get; set; } = 20_000;

    /// <summary>How many of them one IPv4 address, or one IPv6 network of 64 bits, may have. Trusted proxies are not limited.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Limits:ConnectionsPerAddress must be between 1 and 1000000.")]
    public int ConnectionsPerAddress { get; set; } = 256;

    /// <summary>The same for the loopback addresses: tests, measurements, and proxies on this machine that nobody named.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Limits:ConnectionsPerLoopbackAddress must be between 1 and 1000000.")]
    public int ConnectionsPerLoopbackAddress { get; set; } = 20_000;
}
