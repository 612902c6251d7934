using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace Mongod.Wire;

/// <summary>
/// Reads one message after the other. Memory is taken as the bytes arrive, never on the word of a length, and a message that has begun must
/// come at a decent pace.
/// </summary>
internal sealed class MessageReader(PipeReader input, MessageBudget budget)
{
    private const int Piece = 64 * 1024;

    private static readonly TimeSpan FirstMessage = TimeSpan.FromSeconds(30);

    // For any message this long, and then for each half a megabyte.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private const int BytesPerSecond = 512 * 1024;

    private bool _isFirst = true;

    /// <summary>The next message, or null where the client has ended or is asked to.</summary>
    /// <param name="maxLength">How long it may be.</param>
    /// <exception cref="WireFaultException">What came is not a message, or came too slowly.</exception>
    internal async ValueTask<byte[]?> ReadAsync(int maxLength)
    {
        CancellationTokenSource? deadline = null;
        try
        {
            if (_isFirst)
            {
                deadline = new CancellationTokenSource(FirstMessage);
            }

            while (true)
            {
                var read = await input.ReadAsync(deadline?.Token ?? default);
                var buffer = read.Buffer;
                if (read.IsCanceled)
                {
                    input.AdvanceTo(buffer.Start);
                    return null;
                }

                if (buffer.Length >= sizeof(int))
                {
                    var length = ReadLength(buffer);
                    if (length < WireLimits.HeaderLength || length > maxLength)
                    {
                        throw new WireFaultException($"a message of {length} bytes; from {WireLimits.HeaderLength} to {maxLength} are allowed");
                    }

                    if (buffer.Length >= length)
                    {
                        var message = GC.AllocateUninitializedArray<byte>(length);
                        buffer.Slice(0, length).CopyTo(message);
                        input.AdvanceTo(buffer.GetPosition(length));
                        _isFirst = false;
                        return message;
                    }

                    if (length > Piece)
                    {
                        input.AdvanceTo(buffer.Start);
                        _isFirst = false;
                        return await ReadLargeAsync(length);
                    }
                }

                if (read.IsCompleted)
                {
                    input.AdvanceTo(buffer.Start);
                    return buffer.IsEmpty ? null : throw new WireFaultException("a message is cut off");
                }

                if (!buffer.IsEmpty && deadline is null)
                {
                    deadline = new CancellationTokenSource(Patience);
                }

                input.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        catch (OperationCanceledException)
        {
            throw new WireFaultException("a message did not come in time");
        }
        finally
        {
            deadline?.Dispose();
        }
    }

    /// <summary>Gives back what the last message took of the budget.</summary>
    internal void Release()
    {
        budget.Release(_taken);
        _taken = 0;
    }

    private int _taken;

    private async ValueTask<byte[]?> ReadLargeAsync(int length)
    {
        using var deadline = new CancellationTokenSource(Patience + TimeSpan.FromSeconds(length / BytesPerSecond));
        await budget.TakeAsync(length, deadline.Token);
        _taken = length;
        var message = new byte[Piece];
        var filled = 0;
        while (filled < length)
        {
            var read = await input.ReadAsync(deadline.Token);
            if (read.IsCanceled)
            {
                input.AdvanceTo(read.Buffer.Start);
                return null;
            }

            var available = (int)Math.Min(read.Buffer.Length, length - filled);
            if (filled + available > message.Length)
            {
                // Never more than twice what has come.
                var larger = GC.AllocateUninitializedArray<byte>((int)Math.Min(length, Math.Max(2L * message.Length, filled + available)));
                message.AsSpan(0, filled).CopyTo(larger);
                message = larger;
            }

            read.Buffer.Slice(0, available).CopyTo(message.AsSpan(filled));
            filled += available;
            input.AdvanceTo(read.Buffer.GetPosition(available));
            if (read.IsCompleted && filled < length)
            {
                throw new WireFaultException("a message is cut off");
            }
        }

        return message.Length == length ? message : message[..length];
    }

    private static int ReadLength(ReadOnlySequence<byte> buffer)
    {
        if (buffer.FirstSpan.Length >= sizeof(int))
        {
            return BinaryPrimitives.ReadInt32LittleEndian(buffer.FirstSpan);
        }

        Span<byte> bytes = stackalloc byte[sizeof(int)];
        buffer.Slice(0, sizeof(int)).CopyTo(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }
}
