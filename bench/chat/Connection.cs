using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Chat.Bench;

/// <summary>One client's WebSocket, with frames read and written by hand.</summary>
internal sealed class Connection : IDisposable
{
    private const byte FinalText = 0x81;
    private const byte Final = 0x80;
    private const byte Masked = 0x80;
    private const byte Close = 8;
    private const int StampDigits = 19;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Protocol _protocol;
    private readonly Tally _tally;

    // What has come of a frame, and of a message in several frames.
    private byte[] _frame = [];
    private byte[] _message = [];
    private bool _isUpgraded;

    /// <param name="port">The server's port on this machine.</param>
    /// <param name="handshake">The request for a WebSocket.</param>
    /// <param name="protocol">What is spoken.</param>
    /// <param name="tally">Where deliveries are counted.</param>
    internal Connection(int port, ReadOnlySpan<byte> handshake, Protocol protocol, Tally tally)
    {
        (_protocol, _tally) = (protocol, tally);
        _socket.Connect(IPAddress.Loopback, port);
        _socket.Blocking = false;
        Write(handshake);
    }

    internal int Descriptor => (int)_socket.Handle;

    /// <summary>Whether the server has welcomed it.</summary>
    internal bool IsReady { get; private set; }

    internal long Acknowledged { get; private set; }

    /// <summary>A text with a time in it, as <see cref="Tally"/> counts it.</summary>
    internal static string Text(long stamp) => $"Something stirs below the bay. Does anybody else hear it? @{stamp:D19}@ Come and see";

    internal void Say(string text)
    {
        Span<byte> frame = stackalloc byte[text.Length + 8];
        frame[0] = FinalText;
        var header = 2;
        if (text.Length < 126)
        {
            frame[1] = (byte)(Masked | text.Length);
        }
        else
        {
            frame[1] = Masked | 126;
            BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)text.Length);
            header = 4;
        }

        // A mask of zeros changes nothing.
        frame.Slice(header, 4).Clear();
        Write(frame[..(header + 4 + Encoding.ASCII.GetBytes(text, frame[(header + 4)..]))]);
    }

    /// <summary>Takes what has come.</summary>
    /// <param name="buffer">Larger than any message; free again afterwards.</param>
    /// <param name="now">The time.</param>
    internal void Read(byte[] buffer, long now)
    {
        _frame.CopyTo(buffer, 0);
        var read = _socket.Receive(buffer.AsSpan(_frame.Length), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return;
        }

        if (read == 0)
        {
            throw new InvalidOperationException($"The server broke a connection off: {error}.");
        }

        var data = buffer.AsSpan(0, _frame.Length + read);
        data = _isUpgraded ? data : Upgrade(data);
        while (TryTakeFrame(ref data, out var first, out var payload))
        {
            Take(first, payload, now);
        }

        _frame = data.Length == 0 ? [] : data.ToArray();
    }

    public void Dispose() => _socket.Dispose();

    private Span<byte> Upgrade(Span<byte> data)
    {
        var end = data.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return data;
        }

        if (!data.StartsWith("HTTP/1.1 101 "u8))
        {
            throw new InvalidOperationException(Encoding.UTF8.GetString(data));
        }

        _isUpgraded = true;
        if (_protocol.Hello.Length > 0)
        {
            Say(_protocol.Hello);
        }

        return data[(end + 4)..];
    }

    private bool TryTakeFrame(ref Span<byte> data, out byte first, out ReadOnlySpan<byte> payload)
    {
        first = 0;
        payload = default;
        if (!_isUpgraded || data.Length < 2)
        {
            return false;
        }

        var (header, length) = data[1] switch
        {
            126 => (4, data.Length < 4 ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(data[2..])),
            127 => (10, data.Length < 10 ? int.MaxValue : (int)BinaryPrimitives.ReadUInt64BigEndian(data[2..])),
            var small => (2, small),
        };
        if (data.Length - header < length)
        {
            return false;
        }

        first = data[0];
        payload = data.Slice(header, length);
        data = data[(header + length)..];
        return true;
    }

    private void Take(byte first, ReadOnlySpan<byte> payload, long now)
    {
        if ((first & 0xf) == Close)
        {
            throw new InvalidOperationException($"The server closed a connection: {Encoding.UTF8.GetString(payload)}");
        }

        if ((first & Final) == 0 || _message.Length > 0)
        {
            _message = [.. _message, .. payload];
            if ((first & Final) == 0)
            {
                return;
            }

            payload = _message;
            _message = [];
        }

        Count(payload, now);
        Acknowledged += _protocol.Hear(this, payload);
        IsReady = IsReady || payload.IndexOf("\"welcome\""u8) >= 0;
    }

    private void Count(ReadOnlySpan<byte> message, long now)
    {
        for (int at; (at = message.IndexOf((byte)'@')) >= 0 && message.Length > at + StampDigits; message = message[(at + StampDigits + 2)..])
        {
            long stamp = 0;
            foreach (var digit in message.Slice(at + 1, StampDigits))
            {
                stamp = (stamp * 10) + digit - '0';
            }

            _tally.Add(now - stamp);
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (_socket.Send(bytes) != bytes.Length)
        {
            throw new InvalidOperationException("The server does not read.");
        }
    }
}
