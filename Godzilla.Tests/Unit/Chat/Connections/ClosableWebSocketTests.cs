using System.Net.WebSockets;
using System.Text;
using Godzilla.Chat.Connections;
using Godzilla.Chat.SocketIo;

namespace Godzilla.Tests.Unit.Chat.Connections;

/// <summary>Frames that are ready and the messages of SignalR share a socket: each whole, and in order.</summary>
public sealed class ClosableWebSocketTests : IDisposable
{
    private readonly RecordingStream _sent = new();
    private readonly ClosableWebSocket _socket;

    public ClosableWebSocketTests()
    {
        var stream = new SharedStream(Stream.Null, _sent);
        _socket = new ClosableWebSocket(WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true }), stream);
    }

    public void Dispose() => _socket.Dispose();

    [Fact]
    public async Task AFrameWaitsForTheAnswerToTheHandshake()
    {
        Assert.True(Post("event"));
        Write();

        await SayAsync("answer");

        await Eventually.TrueAsync(() => Sent == "answer event ", "the event follows");
    }

    [Fact]
    public async Task AFrameDoesNotComeBetweenTheFramesOfAMessage()
    {
        await SayAsync("answer");

        await SayAsync("one ", isEnd: false);
        Assert.True(Post("event"));
        Write();
        await SayAsync("message");

        await Eventually.TrueAsync(() => Sent == "answer one message event ", "the event follows");
    }

    [Fact]
    public async Task AMessageFollowsTheFramesThatWereThereBefore()
    {
        await SayAsync("answer");
        var expected = new List<string> { "answer" };
        for (var number = 0; number < 1000; number++)
        {
            Assert.True(Post($"event{number}"));
            await SayAsync($"message{number}");
            expected.AddRange([$"event{number}", $"message{number}"]);
        }

        Assert.Equal(expected, Sent.TrimEnd().Split(' '));
    }

    [Fact]
    public async Task TooManyFramesAreRefusedAndOnesForAClosedConnectionAreDropped()
    {
        Assert.True(Post("event", max: 1));
        Assert.False(Post("event", max: 1));

        await _socket.CloseAsync(CloseReason.SessionEnded, CancellationToken.None);

        Assert.True(Post("late", max: 1));
        Assert.DoesNotContain("late", Sent, StringComparison.Ordinal);
    }

    // The texts that were sent, each whole message followed by a blank.
    private string Sent
    {
        get
        {
            var (bytes, text) = (_sent.Copy(), new StringBuilder());
            for (var at = 0; at < bytes.Length; at += 2 + bytes[at + 1])
            {
                text.Append(Encoding.UTF8.GetString(bytes, at + 2, bytes[at + 1])).Append((bytes[at] & 0x80) != 0 ? " " : "");
            }

            return text.ToString();
        }
    }

    private bool Post(string text, int max = 10) => _socket.TryPost(Frame.Text(Encoding.UTF8.GetBytes(text)), max);

    // What the thread pool does, at once: a frame that may go out has gone when it returns.
    private void Write() => ((IThreadPoolWorkItem)_socket).Execute();

    private ValueTask SayAsync(string text, bool isEnd = true) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(text).AsMemory(), WebSocketMessageType.Text, isEnd, CancellationToken.None);

    private sealed class RecordingStream : MemoryStream
    {
        private readonly Lock _gate = new();

        public byte[] Copy()
        {
            lock (_gate)
            {
                return ToArray();
            }
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            lock (_gate)
            {
                Write(buffer.Span);
            }

            return ValueTask.CompletedTask;
        }
    }
}
