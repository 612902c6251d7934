using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Mongod.Commands;
using Mongod.Wire;
using MongoDB.Bson;

namespace Mongod.Tests.Wire;

public sealed class SlowClientTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Pipe _input = new();

    [Fact]
    public async Task WhoSaysNothingAtFirstIsNotWaitedFor()
    {
        var reading = Reader().ReadAsync(WireLimits.MaxMessageLength).AsTask();
        Assert.False(reading.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(31));

        await Assert.ThrowsAsync<WireFaultException>(() => reading);
    }

    [Fact]
    public async Task AMessageThatStopsInTheMiddleIsNotWaitedFor()
    {
        var reader = await ReaderPastTheFirstMessageAsync();
        await _input.Writer.WriteAsync(WireClient.Message(new BsonDocument("ping", 1)).AsMemory(0, 25));
        var reading = reader.ReadAsync(WireLimits.MaxMessageLength).AsTask();
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(reading.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(2));

        await Assert.ThrowsAsync<WireFaultException>(() => reading);
    }

    [Fact]
    public async Task ALargeMessageMustKeepAPace()
    {
        var reader = await ReaderPastTheFirstMessageAsync();
        var header = new byte[20];
        WireClient.WriteHeader(header, 40 * 1024 * 1024, 1, 2013);
        await _input.Writer.WriteAsync(header);
        var reading = reader.ReadAsync(WireLimits.MaxMessageLength).AsTask();
        _time.Advance(TimeSpan.FromSeconds(100));
        Assert.False(reading.IsCompleted); // 110 s are enough for 40 MiB.

        _time.Advance(TimeSpan.FromSeconds(11));

        await Assert.ThrowsAsync<WireFaultException>(() => reading);
    }

    [Fact]
    public async Task WhoIsQuietBetweenMessagesMayBe()
    {
        var reader = await ReaderPastTheFirstMessageAsync();
        var reading = reader.ReadAsync(WireLimits.MaxMessageLength).AsTask();

        _time.Advance(TimeSpan.FromDays(2));
        await _input.Writer.WriteAsync(WireClient.Message(new BsonDocument("ping", 1), id: 5));

        Assert.Equal(5, RequestParser.RequestId(await reading));
    }

    [Fact]
    public async Task ALargeMessageWaitsForItsPartOfTheMemoryAndGetsItWhenAnotherIsDone()
    {
        var budget = new MessageBudget(limit: 300_000);
        await budget.TakeAsync(250_000, CancellationToken.None);
        var reader = new MessageReader(_input.Reader, budget, _time);
        var message = WireClient.Message(new BsonDocument("x", new BsonBinaryData(new byte[100_000])), id: 6);
        await _input.Writer.WriteAsync(message.AsMemory(0, 50));
        var reading = reader.ReadAsync(WireLimits.MaxMessageLength).AsTask();
        var writing = _input.Writer.WriteAsync(message.AsMemory(50));
        Assert.False(reading.IsCompleted);

        budget.Release(250_000);

        Assert.Equal(message, await reading);
        await writing;
        reader.Release();
        await budget.TakeAsync(300_000, CancellationToken.None).AsTask().WaitAsync(Eventually.Limit); // All of it is free again.
    }

    [Fact]
    public async Task WhoDoesNotReadRepliesIsDisconnectedAndLittleIsKeptForThem()
    {
        var output = new Pipe(new PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024));
        await using var connection = new DefaultConnectionContext("1", new Ends(_input.Reader, output.Writer), new Ends(output.Reader, _input.Writer));
        var large = new BsonDocument("x", new BsonBinaryData(new byte[10_000_000]));
        var dispatcher = new Dispatcher([new("large", (_, _) => new(new BsonDocument("large", large)))], requiresSignIn: false, NullLogger<Dispatcher>.Instance);
        using var serving = new ClientConnection(connection, new Client(1, ""), dispatcher, requiresSignIn: false, new MessageBudget(), _time, CancellationToken.None);
        await _input.Writer.WriteAsync(WireClient.Message(new BsonDocument { { "large", 1 }, { "$db", "x" } }));

        var running = serving.RunAsync();
        await Eventually.IsTrue(() => output.Reader.TryRead(out var read) && Examine(output.Reader, read) >= 64 * 1024, "the client could read something");
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(running.IsCompleted);
        Assert.InRange(Unread(output), 1, 200_000);
        _time.Advance(TimeSpan.FromSeconds(2));

        await Assert.ThrowsAsync<WireFaultException>(() => running);
        await Eventually.IsTrue(() => connection.ConnectionClosed.IsCancellationRequested, "the connection is aborted");
    }

    private static long Examine(PipeReader reader, ReadResult read)
    {
        var length = read.Buffer.Length;
        reader.AdvanceTo(read.Buffer.Start);
        return length;
    }

    private static long Unread(Pipe pipe) => pipe.Reader.TryRead(out var read) ? Examine(pipe.Reader, read) : 0;

    private MessageReader Reader() => new(_input.Reader, new MessageBudget(), _time);

    private async Task<MessageReader> ReaderPastTheFirstMessageAsync()
    {
        var reader = Reader();
        await _input.Writer.WriteAsync(WireClient.Message(new BsonDocument("ping", 1)));
        Assert.NotNull(await reader.ReadAsync(WireLimits.MaxMessageLength));
        return reader;
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
