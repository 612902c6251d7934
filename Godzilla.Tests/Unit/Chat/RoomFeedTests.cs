using Godzilla.Chat.Discussions;
using Godzilla.Chat.Messages;
using Godzilla.Chat.Rooms;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Tests.Unit.Chat;

/// <summary>What a room hands on, step by step, over a real store whose answers the test holds back; <see cref="RoomTests"/> has two replicas around it.</summary>
[Collection(SharedStores.Name)]
public sealed class RoomFeedTests(Stores stores) : IAsyncLifetime
{
    // Of what the feed reads at once.
    private const int Page = 200;
    private const int MoreThanAPage = 250;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly DiscussionId _discussion = new(ObjectId.GenerateNewId());
    private readonly RecordingClient _client = new();
    private readonly FakeTimeProvider _time = new();
    private StoreProxy? _proxy;
    private MessageStore? _store;
    private RoomFeed? _feed;

    private RoomFeed Feed => _feed!;

    private StoreProxy Proxy => _proxy!;

    private MessageStore Store => _store!;

    public async Task InitializeAsync()
    {
        var settings = MongoClientSettings.FromConnectionString(await stores.ConnectionStringAsync("mongodb"));
        _proxy = StoreProxy.Before(settings);
        _store = new MessageStore(new MongoClient(settings).GetDatabase("chatdb"));
        _feed = new RoomFeed(_discussion, _store, _time, NullLogger<RoomFeed>.Instance);
    }

    public async Task DisposeAsync() => await Proxy.DisposeAsync();

    [Fact]
    public void ItKnowsItsClients()
    {
        Assert.False(Feed.HasClients);
        Assert.False(Feed.Has(_client));

        Feed.Add(_client, floor: default);

        Assert.True(Feed.HasClients);
        Assert.True(Feed.Has(_client));
        Assert.Equal([_client], Feed.Clients);
        Feed.Remove(_client);
        Assert.False(Feed.HasClients);
        Assert.Empty(Feed.Clients);
    }

    [Fact]
    public void WhatFollowsIsHandedOnAtOnceAndOnce()
    {
        // Nothing of this is in the store.
        Feed.Add(_client, floor: new Position(5, 2));
        Feed.Deliver([New(6), New(7)]);
        Feed.Deliver([New(7), New(8)]);
        Feed.DeliverChange(New(8, rev: 3));
        Feed.DeliverChange(New(8, rev: 3));
        Feed.DeliverChange(New(6, rev: 4));

        Assert.Equal(["message 6 6", "message 7 7", "message 8 8", "message_edited 8 8", "message_edited 6 6"], _client.All);
    }

    [Fact]
    public void WhatWasToldWhileNobodyWasThereIsNotSentToWhoComes()
    {
        Feed.Deliver([New(1), New(2)]);
        Feed.DeliverChange(New(1, rev: 1));
        Feed.Deliver([New(1)]);
        Feed.Add(_client, floor: default);

        Feed.Deliver([New(2), New(3)]);
        Feed.DeliverChange(New(1, rev: 1));
        Feed.DeliverChange(New(2, rev: 2));

        Assert.Equal(["message 3 3", "message_edited 2 2"], _client.All);
    }

    [Fact]
    public async Task WhatIsMissingBetweenTwoIsReadFirst()
    {
        Feed.Add(_client, floor: default);
        await StoreAsync(3);

        Feed.Deliver([New(3)]);

        await _client.HasAllAsync(3);
    }

    [Fact]
    public async Task AChangeThatIsMissingIsReadFirst()
    {
        await StoreAsync(2, changed: 2);
        Feed.Add(_client, floor: new Position(2, 0));

        Feed.DeliverChange(New(2, rev: 2));

        await Eventually.TrueAsync(() => _client.All.Length >= 2, "both arrive");
        Assert.Equal(["message_edited 1 1", "message_edited 2 2"], _client.All);
    }

    [Fact]
    public async Task AChangeWaitsForItsMessage()
    {
        await StoreAsync(2);
        Feed.Add(_client, floor: new Position(1, 0));

        Feed.DeliverChange(New(2, rev: 1));
        await CaughtUpAsync();

        // The store does not know of the change.
        Assert.Equal(["message 2 2"], _client.All);
    }

    [Fact]
    public async Task MoreThanAPageIsReadInPages()
    {
        await StoreAsync(MoreThanAPage);
        Feed.Add(_client, floor: default);

        await CaughtUpAsync();

        Assert.Equal(Numbers(MoreThanAPage), _client.Seqs);
    }

    [Fact]
    public async Task MoreThanAPageOfChangesIsReadInPages()
    {
        await StoreAsync(MoreThanAPage, changed: MoreThanAPage);
        Feed.Add(_client, floor: new Position(MoreThanAPage, 0));

        await CaughtUpAsync();

        Assert.Equal(Numbers(MoreThanAPage), _client.Seqs);
    }

    [Fact]
    public async Task AChangeOfAMessageThatIsOnTheNextPageComesAfterIt()
    {
        await StoreAsync(Page);
        await Store.AddAsync([.. Enumerable.Range(Page + 1, 10).Select(seq => New(seq, rev: seq == Page + 5 ? 1 : null))]);
        Feed.Add(_client, floor: default);

        await CaughtUpAsync();

        Assert.Equal([.. Numbers(Page + 10), Page + 5], _client.Seqs);
    }

    [Fact]
    public async Task WhatWasToldOfAndIsNotThereIsNotWaitedFor()
    {
        Feed.Add(_client, floor: new Position(1, 0));

        Feed.Deliver([New(5)]);
        await CaughtUpAsync();
        Feed.DeliverChange(New(1, rev: 5));
        await CaughtUpAsync();

        Assert.Empty(_client.All);
        Feed.Deliver([New(2)]);
        Feed.DeliverChange(New(1, rev: 1));
        Assert.Equal(["message 2 2", "message_edited 1 1"], _client.All);
    }

    [Fact]
    public async Task OneReadsForAllAndNobodyForNone()
    {
        await StoreAsync(1);
        Proxy.HoldAnswers();
        Assert.True(Feed.CatchUpAsync().IsCompleted);
        Feed.Add(_client, floor: default);

        var catchingUp = Feed.CatchUpAsync();
        Assert.Same(catchingUp, Feed.CatchUpAsync());
        Assert.False(catchingUp.IsCompleted);
        Proxy.Release();
        await catchingUp.WaitAsync(Limit);
        Assert.Equal([1], _client.Seqs);

        // Whoever left needs nothing read.
        Proxy.HoldAnswers();
        catchingUp = Feed.CatchUpAsync();
        Feed.Remove(_client);
        Proxy.Release();
        await catchingUp.WaitAsync(Limit);
    }

    [Fact]
    public async Task WhileTheStoreDoesNotAnswerItIsAskedAgainAfterAWhile()
    {
        await StoreAsync(1);
        Feed.Add(_client, floor: default);
        Task catchingUp;
        using (PatientStores.AsAService())
        {
            Proxy.HoldAnswers();
            catchingUp = Feed.CatchUpAsync();
            await Assert.ThrowsAsync<TimeoutException>(() => Store.GetLastSeqAsync(_discussion, CancellationToken.None));
            await Assert.ThrowsAsync<TimeoutException>(() => Store.GetLastSeqAsync(_discussion, CancellationToken.None));
        }

        // It has given up by now, and waits.
        Proxy.Release();
        for (var i = 0; i < 5; i++)
        {
            await Eventually.TrueAsync(async () => await AnswersAsync(), "the store answers");
            Assert.Empty(_client.All);
        }

        _time.Advance(TimeSpan.FromMilliseconds(500));
        await catchingUp.WaitAsync(Limit);
        Assert.Equal([1], _client.Seqs);
    }

    [Theory]
    [InlineData(MoreThanAPage, 0)]
    [InlineData(2, 2)]
    [InlineData(MoreThanAPage, MoreThanAPage)]
    public async Task AReplayIsInPages(int count, int changed)
    {
        await StoreAsync(count, changed);

        // Who has nothing gets the messages as they are now; who has them gets the changes.
        Assert.Equal(new Position(count, changed), await ReplayAsync(_client, after: default));
        Assert.Equal(Numbers(count), _client.Seqs);
        var returning = new RecordingClient();
        Assert.Equal(new Position(count, changed), await ReplayAsync(returning, after: new Position(count, 0)));
        Assert.Equal(Numbers(changed), returning.Seqs);
    }

    [Fact]
    public async Task WhatCameBeforeAReplayIsNotSentAgain()
    {
        await StoreAsync(2, changed: 1);
        Feed.Add(_client, floor: default);
        Feed.Deliver([New(1), New(2)]);
        Feed.DeliverChange(New(1, rev: 1));

        await ReplayAsync(_client, after: new Position(1, 0));

        Assert.Equal(["message 1 1", "message 2 2", "message_edited 1 1"], _client.All);
    }

    [Fact]
    public async Task AfterAReplayWhatFollowsIsHandedOnAtOnceToTheOnlyClient()
    {
        await StoreAsync(3, changed: 1);
        await ReplayAsync(_client, after: new Position(2, 0));

        Feed.Deliver([New(4)]);
        Feed.DeliverChange(New(4, rev: 2));

        Assert.Equal(["message 3 3", "message_edited 1 1", "message 4 4", "message_edited 4 4"], _client.All);
    }

    [Fact]
    public async Task AReplayToOneLeavesNoHoleForAnother()
    {
        Feed.Add(_client, floor: default);
        await StoreAsync(3);
        var returning = new RecordingClient();
        await ReplayAsync(returning, after: new Position(1, 0));

        await Store.AddAsync([New(4)]);
        Feed.Deliver([New(4)]);

        await _client.HasAllAsync(4);
        Assert.Equal([2, 3, 4], returning.Seqs);
    }

    [Fact]
    public async Task WhatIsStoredAndChangedBetweenTheTwoReadsOfAReplayIsSentAsItIsThen()
    {
        await StoreAsync(1);
        var slow = new RecordingClient
        {
            Before = async message =>
            {
                if (message.Seq == 1)
                {
                    await Store.AddAsync([New(2, rev: 1)]);
                }
            },
        };

        Assert.Equal(new Position(2, 1), await ReplayAsync(slow, after: default));

        Assert.Equal(["message 1 1", "message 2 2"], slow.All);
    }

    [Fact]
    public async Task AMessageThatIsChangedAfterItWasReadForAReplayIsCorrected()
    {
        await StoreAsync(1);
        var slow = new RecordingClient
        {
            Before = async message =>
            {
                if (message.Rev is null)
                {
                    await ChangeAsync(1, "uno", rev: 1);
                }
            },
        };

        await ReplayAsync(slow, after: default);

        Assert.Equal(["message 1 1", "message_edited 1 uno"], slow.All);
    }

    [Fact]
    public async Task AfterAReplayThatFailsWhatComesIsSent()
    {
        await StoreAsync(1);
        var failing = new RecordingClient { Before = message => message.Seq == 1 ? throw new IOException() : Task.CompletedTask };
        Feed.Add(failing, floor: new Position(1, 0));

        await Assert.ThrowsAsync<IOException>(() => ReplayAsync(failing, after: default));
        Feed.Deliver([New(2)]);

        Assert.Equal([2], failing.Seqs);
    }

    private static IEnumerable<long> Numbers(int count) => Enumerable.Range(1, count).Select(number => (long)number);

    private Message New(long seq, long? rev = null) => new()
    {
        Id = ObjectId.GenerateNewId(),
        DiscussionId = _discussion.Value,
        Seq = seq,
        UserId = "mothra",
        Text = $"{seq}",
        CreatedAt = DateTime.UnixEpoch,
        Rev = rev,
    };

    // The changes have the numbers of their messages.
    private async Task StoreAsync(int count, int changed = 0) =>
        Assert.Equal(count, await Store.AddAsync([.. Numbers(count).Select(seq => New(seq, seq <= changed ? seq : null))]));

    private async Task ChangeAsync(long seq, string text, long rev)
    {
        var message = (await Store.ListAfterAsync(_discussion, seq - 1, 1, CancellationToken.None))[0];
        await Store.ChangeAsync(_discussion, message.Id, "mothra", text, rev, DateTime.UnixEpoch);
    }

    private Task<Position> ReplayAsync(RecordingClient client, Position after) => Feed.ReplayAsync(client, after, CancellationToken.None).WaitAsync(Limit);

    private Task CaughtUpAsync() => Feed.CatchUpAsync().WaitAsync(Limit);

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return await Store.GetLastSeqAsync(_discussion, CancellationToken.None) == 1;
        }
        catch (Exception exception) when (exception is TimeoutException or MongoException)
        {
            return false;
        }
    }
}
