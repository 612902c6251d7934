using System.Buffers;

namespace Godzilla.Chat.Connections;

/// <summary>Whole WebSocket frames that wait for a client. What waits together is written together. Its owner's lock guards it.</summary>
internal sealed class FrameQueue
{
    private const int BatchSize = 16 * 1024;

    private readonly Queue<byte[]> _frames = new();

    public int Count => _frames.Count;

    public int Bytes { get; private set; }

    public void Add(byte[] frame)
    {
        _frames.Enqueue(frame);
        Bytes += frame.Length;
    }

    public void Clear()
    {
        _frames.Clear();
        Bytes = 0;
    }

    /// <summary>Takes the first, and those behind it as long as they are few bytes in all.</summary>
    /// <param name="batch">Where they are put together; rented when it is needed, for the caller to return in the end.</param>
    /// <param name="frames">To be written before the next call.</param>
    /// <returns><see langword="false"/> if nothing waits.</returns>
    public bool TryTake(ref byte[]? batch, out ReadOnlyMemory<byte> frames)
    {
        if (!_frames.TryDequeue(out var first))
        {
            frames = default;
            return false;
        }

        var length = first.Length;
        frames = first;
        while (_frames.TryPeek(out var next) && length + next.Length <= BatchSize)
        {
            batch ??= ArrayPool<byte>.Shared.Rent(BatchSize);
            if (length == first.Length)
            {
                first.CopyTo(batch, 0);
            }

            _frames.Dequeue().CopyTo(batch, length);
            length += next.Length;
            frames = batch.AsMemory(0, length);
        }

        Bytes -= length;
        return true;
    }
}
