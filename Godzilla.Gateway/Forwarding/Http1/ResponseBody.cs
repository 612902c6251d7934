using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;

namespace Godzilla.Gateway.Forwarding.Http1;

/// <summary>Copies the body of a response. What waits for more bytes sends the client what there is, so that streams flow.</summary>
internal static class ResponseBody
{
    private const int MaxLine = 1024;

    /// <exception cref="UpstreamException">It is malformed, or it ends early.</exception>
    public static ValueTask CopyAsync(UpstreamConnection connection, ResponseFraming framing, PipeWriter client, TimeSpan limit)
    {
        if (framing.IsChunked)
        {
            return CopyChunksAsync(connection, client, limit);
        }

        if (framing.ContentLength is not { } length)
        {
            return CopyToEndAsync(connection, client, limit);
        }

        if (length > connection.Received.Length)
        {
            return CopyWholeAsync(connection, length, client, limit);
        }

        client.Write(connection.Take((int)length));
        return ValueTask.CompletedTask;
    }

    private static async ValueTask CopyWholeAsync(UpstreamConnection connection, long length, PipeWriter client, TimeSpan limit)
    {
        await CopyAsync(connection, length, client, limit);

        // The server sends what is left at the end only if it has sent nothing yet, or sends chunks.
        await client.FlushAsync();
    }

    private static async ValueTask CopyAsync(UpstreamConnection connection, long length, PipeWriter client, TimeSpan limit)
    {
        while (length > 0)
        {
            if (connection.Received.IsEmpty)
            {
                await client.FlushAsync();
                await MoreAsync(connection, limit);
            }

            var count = (int)Math.Min(length, connection.Received.Length);
            client.Write(connection.Take(count));
            length -= count;
        }
    }

    private static async ValueTask CopyToEndAsync(UpstreamConnection connection, PipeWriter client, TimeSpan limit)
    {
        do
        {
            client.Write(connection.Take(connection.Received.Length));
            await client.FlushAsync();
            connection.Allow(limit);
        }
        while (await connection.ReceiveAsync());
    }

    // RFC 9112, section 7.1. Extensions and trailers are read over: no service of ours sends any that matter.
    private static async ValueTask CopyChunksAsync(UpstreamConnection connection, PipeWriter client, TimeSpan limit)
    {
        long size;
        do
        {
            int end;
            while ((end = LineEnd(connection.Received)) < 0)
            {
                await client.FlushAsync();
                await MoreAsync(connection, limit);
            }

            size = SizeOf(connection.Take(end + 2)[..end]);
            await CopyAsync(connection, size, client, limit);
            if (size > 0)
            {
                await SkipLineBreakAsync(connection, client, limit);
            }
        }
        while (size > 0);

        await SkipTrailersAsync(connection, limit);
    }

    private static async ValueTask SkipLineBreakAsync(UpstreamConnection connection, PipeWriter client, TimeSpan limit)
    {
        while (connection.Received.Length < 2)
        {
            await client.FlushAsync();
            await MoreAsync(connection, limit);
        }

        if (!connection.Take(2).SequenceEqual("\r\n"u8))
        {
            throw new UpstreamException("A chunk does not end where it says.");
        }
    }

    private static async ValueTask SkipTrailersAsync(UpstreamConnection connection, TimeSpan limit)
    {
        int end;
        do
        {
            while ((end = LineEnd(connection.Received)) < 0)
            {
                await MoreAsync(connection, limit);
            }

            connection.Take(end + 2);
        }
        while (end > 0);
    }

    private static async ValueTask MoreAsync(UpstreamConnection connection, TimeSpan limit)
    {
        connection.Allow(limit);
        if (!await connection.ReceiveAsync())
        {
            throw new UpstreamException("The body ends early.");
        }
    }

    private static int LineEnd(ReadOnlySpan<byte> received) =>
        received.IndexOf("\r\n"u8) is var end && (end >= 0 || received.Length < MaxLine) ? end : throw new UpstreamException("A line of a chunk is too long.");

    private static long SizeOf(ReadOnlySpan<byte> line)
    {
        var extension = line.IndexOf((byte)';');
        var digits = (extension < 0 ? line : line[..extension]).TrimEnd(" \t"u8);
        return digits.Length is > 0 and <= 15 && Utf8Parser.TryParse(digits, out long size, out var used, 'x') && used == digits.Length && size >= 0
            ? size
            : throw new UpstreamException("A malformed chunk size.");
    }
}
