using Godzilla.Chat.Connections;

namespace Godzilla.Tests.Unit.Chat.Connections;

/// <summary>A WebSocket's own frames and those that are written beside it do not get into each other.</summary>
public sealed class SharedStreamTests
{
    [Fact]
    public async Task AWriteWaitsForTheOneBefore()
    {
        using var inner = new SlowStream();
        await using var stream = new SharedStream(Stream.Null, inner);

        var first = stream.WriteAsync(new byte[] { 1 }).AsTask();
        var second = stream.WriteAsync(new byte[] { 2 }).AsTask();
        Assert.Equal([1], inner.Begun);
        inner.Finish.SetResult();
        await Task.WhenAll(first, second);

        Assert.Equal([1, 2], inner.Begun);
    }

    private sealed class SlowStream : MemoryStream
    {
        public List<byte> Begun { get; } = [];

        public TaskCompletionSource Finish { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Begun.Add(buffer.Span[0]);
            await Finish.Task.WaitAsync(cancellationToken);
        }
    }
}
