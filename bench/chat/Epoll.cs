using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Chat.Bench;

/// <summary>
/// Waits for many sockets on one thread. Reads of .NET's own would each take a turn of the thread pool, and the clients would cost more than
/// the servers.
/// </summary>
internal sealed unsafe partial class Epoll : IDisposable
{
    private const int Add = 1;
    private const int Readable = 1;
    private const int MaxReady = 256;
    private const int Interrupted = 4;

    // An event is packed on x86-64 alone: its descriptor comes after 4 bytes there, and after 8 elsewhere.
    private static readonly int DataAt = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventSize = DataAt + 8;

    private readonly int _epoll = epoll_create1(0);
    private readonly byte[] _events = new byte[MaxReady * EventSize];

    internal void Watch(int descriptor)
    {
        Span<byte> all = stackalloc byte[EventSize];
        all.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(all, Readable);
        BinaryPrimitives.WriteInt32LittleEndian(all[DataAt..], descriptor);
        fixed (byte* first = all)
        {
            if (epoll_ctl(_epoll, Add, descriptor, first) != 0)
            {
                throw new Win32Exception(Marshal.GetLastSystemError());
            }
        }
    }

    /// <returns>How many can be read; <see cref="Ready"/> says which.</returns>
    internal int Wait(int milliseconds)
    {
        fixed (byte* first = _events)
        {
            var ready = epoll_wait(_epoll, first, MaxReady, milliseconds);
            return ready >= 0 ? ready : Marshal.GetLastSystemError() == Interrupted ? 0 : throw new Win32Exception(Marshal.GetLastSystemError());
        }
    }

    /// <returns>The descriptor of one that can be read.</returns>
    internal int Ready(int index) => BinaryPrimitives.ReadInt32LittleEndian(_events.AsSpan((index * EventSize) + DataAt));

    public void Dispose() => _ = close(_epoll);

    [LibraryImport("libc")]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc")]
    private static partial int epoll_ctl(int epoll, int operation, int descriptor, byte* one);

    [LibraryImport("libc")]
    private static partial int epoll_wait(int epoll, byte* events, int max, int milliseconds);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
