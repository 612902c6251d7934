using System.Diagnostics;
using System.Diagnostics.Metrics;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.Messages;
using Godzilla.Chat.Rooms;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Tests.Unit.Chat;

/// <summary>A room over a real store; two rooms of one discussion are what two replicas have.</summary>
[Collection(SharedStores.Name)]
public sealed class RoomTests(Stores stores) : IAsyncLifetime, IDisposable
{
    private readonly DiscussionId _discussion = new(ObjectId.GenerateNewId());
    private readonly FakeTimeProvider _time = new(DateTimeOffset.Parse("2026-11-24T12:00:00.1239Z", null));
    private readonly RecordingHub _hub = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private MongoClient? _client;
    private MessageStore? _messages;

    private MessageStore Messages => _messages!;

    public async Task InitializeAsync()
    {
        _client = new MongoClient(await stores.ConnectionStringAsync("mongodb"));
        _messages = new MessageStore(_client.GetDatabase("chatdb"));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _services.Dispose();
        _client?.Dispose();
    }

    [Fact]
    public async Task MessagesAreNumberedStoredAndHandedOnInTheirOrder()
    {
        var room = Room(_hub);

        var one = await SayAsync(room, "one");
        var others = await room.AppendAsync("mothra", [Draft("two"), Draft("three")], CancellationToken.None);

        Assert.Equal([1, 2, 3], [one.Seq, .. others.Select(message => message.Seq)]);
        Assert.Equal([1, 2, 3], _hub.Seqs);
        Assert.All(_hub.Sent, sent => Assert.Equal(_discussion.ToString(), sent.Receivers));
        Assert.Equal(["one", "two", "three"], await TextsAsync());
    }

    [Fact]
    public async Task TheTimeOfAMessageIsAsPreciseAsTheStoreKeepsIt()
    {
        var message = await SayAsync(Room(_hub), "now");

        Assert.Equal(DateTime.Parse("2026-11-24T12:00:00.123Z", null).ToUniversalTime(), message.CreatedAt);
        Assert.Equal(message.CreatedAt, (await Messages.FindAsync(_discussion, message.Id, CancellationToken.None))!.CreatedAt);
    }

    [Fact]
    public async Task ASecondAttemptWithTheSameClientIdIsTheSameMessage()
    {
        var room = Room(_hub);
        var first = await SayAsync(room, "once", "c1");
        await SayAsync(room, "between");

        var again = await SayAsync(room, "once", "c1");
        var elsewhere = await SayAsync(Room(new RecordingHub()), "once", "c1");

        Assert.Equal([first.Id, first.Id], [again.Id, elsewhere.Id]);
        Assert.Equal(["once", "between"], await TextsAsync());
        Assert.Equal([1, 2], _hub.Seqs);
    }

    [Fact]
    public async Task TheClientIdsOfTwoSendersHaveNothingToDoWithEachOther()
    {
        var room = Room(_hub);

        var mothras = await SayAsync(room, "mothra's", "c1");
        var rodans = (await room.AppendAsync("rodan", [Draft("rodan's", "c1")], CancellationToken.None))[0];

        Assert.Equal([1, 2], [mothras.Seq, rodans.Seq]);
    }

    [Fact]
    public async Task ARepeatedMessageAmongNewOnesLeavesNoGap()
    {
        var room = Room(_hub);
        var old = await SayAsync(room, "old", "c1");

        var answer = await room.AppendAsync("mothra", [Draft("new"), Draft("old", "c1"), Draft("newer")], CancellationToken.None);

        Assert.Equal([2, old.Seq, 3], answer.Select(message => message.Seq));
        Assert.Equal(["old", "new", "newer"], await TextsAsync());
        Assert.Equal([1, 2, 3], _hub.Seqs);
    }

    [Fact]
    public async Task AMessageOfAnotherReplicaIsHandedOnBeforeTheNextOfThisOne()
    {
        var (here, there) = (Room(_hub), Room(new RecordingHub()));
        await SayAsync(here, "here");
        await SayAsync(there, "there");

        var next = await SayAsync(here, "here again");

        Assert.Equal(3, next.Seq);
        Assert.Equal([1, 2, 3], _hub.Seqs);
    }

    [Fact]
    public async Task TwoReplicasThatWriteAtOnceLeaveNoGapAndNoDouble()
    {
        var rooms = new[] { Room(new RecordingHub()), Room(new RecordingHub()) };

        var sent = await Task.WhenAll(rooms.Select(async (room, replica) =>
        {
            var seqs = new List<long>();
            for (var number = 0; number < 15; number++)
            {
                seqs.Add(await SayUntilStoredAsync(room, $"{replica} {number}"));
            }

            return seqs;
        }));

        Assert.Equal(Enumerable.Range(1, 30).Select(seq => (long)seq), sent.SelectMany(seqs => seqs).Order());
        Assert.All(sent, seqs => Assert.Equal(seqs.Order(), seqs));
        Assert.Equal(30, (await TextsAsync()).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task WhileTheStoreHangsEverySenderHasAnAnswerWithinTheTimeLimitAndNothingIsLostOrDoubled()
    {
        var room = Room(_hub);
        await SayAsync(room, "before");
        var watch = Stopwatch.StartNew();

        Signals.Freeze(stores.PidOf("mongodb"));
        try
        {
            // The first waits for the store, the second for the first.
            await Task.WhenAll(
                Assert.ThrowsAsync<TimeoutException>(() => SayAsync(room, "first", "c1")),
                Assert.ThrowsAsync<TimeoutException>(() => SayAsync(room, "second", "c2")));
        }
        finally
        {
            Signals.Thaw(stores.PidOf("mongodb"));
        }

        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(250), (TimeoutExtensions.DependencyLimit * 2) + TimeSpan.FromSeconds(1));
        var (first, second) = (await SayAsync(room, "first", "c1"), await SayAsync(room, "second", "c2"));
        Assert.Equal([2, 3], [first.Seq, second.Seq]);
        Assert.Equal(["before", "first", "second"], await TextsAsync());
        Assert.Equal([1, 2, 3], _hub.Seqs);
    }

    [Fact]
    public async Task ASenderWhoLeavesWhileWaitingForATurnStoresNothing()
    {
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Room(_hub).AppendAsync("mothra", [Draft("gone")], left.Token));

        Assert.Empty(await TextsAsync());
    }

    [Fact]
    public async Task TheNewestMessageIsNotedInTheDiscussion()
    {
        var discussions = new DiscussionStore(_client!.GetDatabase("chatdb"));
        await discussions.AddAsync(new Discussion
        {
            Id = _discussion.Value,
            Users = ["mothra"],
            CreatedAt = _time.GetUtcNow().UtcDateTime,
            UpdatedAt = _time.GetUtcNow().UtcDateTime,
        });
        _time.Advance(TimeSpan.FromMinutes(1));

        var message = await SayAsync(Room(_hub), "newest");

        var noted = Assert.Single(await discussions.ListAsync("mothra", CancellationToken.None), discussion => discussion.Id == _discussion.Value);
        Assert.Equal((message.Id, message.CreatedAt, 1L), (noted.LastMessage!.MessageId, noted.UpdatedAt, noted.Seq));
    }

    private static Draft Draft(string text, string? clientId = null) =>
        Godzilla.Chat.Messages.Draft.TryCreate(text, clientId, out var draft, out var error) ? draft : throw new ArgumentException(error, nameof(text));

    private static async Task<Message> SayAsync(Room room, string text, string? clientId = null) =>
        Assert.Single(await room.AppendAsync("mothra", [Draft(text, clientId)], CancellationToken.None));

    // A room gives up after some attempts that the other one won; a client tries again.
    private static async Task<long> SayUntilStoredAsync(Room room, string text)
    {
        Message? message = null;
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    message = await SayAsync(room, text, text);
                    return true;
                }
                catch (TimeoutException)
                {
                    return false;
                }
            },
            $"'{text}' is stored");
        return message!.Seq;
    }

    private Room Room(RecordingHub hub) => new(
        _discussion,
        Messages,
        new DiscussionStore(_client!.GetDatabase("chatdb")),
        hub,
        _time,
        new MessageMetrics(_services.GetRequiredService<IMeterFactory>()),
        NullLogger<Room>.Instance);

    private async Task<IEnumerable<string>> TextsAsync() =>
        (await Messages.ListAfterAsync(_discussion, 0, 100, CancellationToken.None)).Select(message => message.Text);
}
