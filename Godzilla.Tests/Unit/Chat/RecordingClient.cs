using System.Collections.Concurrent;
using Godzilla.Chat.Messages;
using Godzilla.Chat.Rooms;

namespace Godzilla.Tests.Unit.Chat;

/// <summary>A client that records the messages that it gets.</summary>
internal sealed class RecordingClient : IRoomClient
{
    private readonly ConcurrentQueue<RoomEvent> _received = new();

    public string User => "recorder";

    public long[] Seqs => [.. _received.Select(received => received.Message.Seq)];

    public string[] Texts => [.. _received.Select(received => received.Message.Text)];

    public string[] All => [.. _received.Select(received => $"{received.Name} {received.Message.Seq} {received.Message.Text}")];

    /// <summary>What it does before it takes a message of a replay.</summary>
    public Func<MessageView, Task> Before { get; init; } = _ => Task.CompletedTask;

    public void Send(RoomEvent roomEvent) => _received.Enqueue(roomEvent);

    public async Task SendAsync(RoomEvent roomEvent, CancellationToken cancellationToken)
    {
        // As a slow one: what comes meanwhile overtakes a replay that does not hold it back.
        await Task.Yield();
        await Before(roomEvent.Message);
        Send(roomEvent);
    }

    /// <summary>Waits until it has got the messages 1 to <paramref name="count"/>, each once and in order.</summary>
    public async Task HasAllAsync(int count)
    {
        await Eventually.TrueAsync(() => _received.Count >= count, $"{count} messages arrive");
        Assert.Equal(Enumerable.Range(1, count).Select(seq => (long)seq), Seqs);
    }
}
