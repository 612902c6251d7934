using System.Diagnostics;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.Messages;
using Godzilla.Chat.Rooms;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Tests.Unit.Chat;

/// <summary>A room over real stores, on two replicas.</summary>
[Collection(SharedStores.Name)]
public sealed class RoomTests(Stores stores) : IAsyncLifetime
{
    private readonly DiscussionId _discussion = new(ObjectId.GenerateNewId());
    private readonly RecordingClient _client = new();
    private ChatReplica? _here;
    private ChatReplica? _there;

    private Room Here => _here!.Rooms.Get(_discussion);

    private Room There => _there!.Rooms.Get(_discussion);

    public async Task InitializeAsync()
    {
        _here = await ChatReplica.StartAsync(stores);
        _there = await ChatReplica.StartAsync(stores);
        await Here.AddAsync(_client, newest: default(Position), CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _here!.DisposeAsync();
        await _there!.DisposeAsync();
    }

    [Fact]
    public async Task MessagesAreNumberedStoredAndHandedOnInTheirOrder()
    {
        var one = await SayAsync(Here, "one");
        var others = await Here.AppendAsync("mothra", [Draft("two"), Draft("three")], CancellationToken.None);

        Assert.Equal([1, 2, 3], [one.Seq, .. others.Select(message => message.Seq)]);
        Assert.Equal([1, 2, 3], _client.Seqs);
        Assert.Equal(["one", "two", "three"], await TextsAsync());
        Assert.Equal(one.CreatedAt, (await _here!.Messages.FindAsync(_discussion, one.Id, CancellationToken.None))!.CreatedAt);
    }

    [Fact]
    public async Task ASecondAttemptWithTheSameClientIdIsTheSameMessage()
    {
        var first = await SayAsync(Here, "once", "c1");
        await SayAsync(Here, "between");

        var again = await SayAsync(Here, "once", "c1");
        var elsewhere = await SayAsync(There, "once", "c1");

        Assert.Equal([first.Id, first.Id], [again.Id, elsewhere.Id]);
        Assert.Equal(["once", "between"], await TextsAsync());
        Assert.Equal([1, 2], _client.Seqs);
    }

    [Fact]
    public async Task AClientIdThatWasUsedForAnotherTextIsRefused()
    {
        await SayAsync(Here, "once", "c1");

        await Assert.ThrowsAsync<ClientIdTakenException>(() => SayAsync(Here, "another", "c1"));
        await Assert.ThrowsAsync<ClientIdTakenException>(() => SayAsync(There, "another", "c1"));

        Assert.Equal(["once"], await TextsAsync());
        Assert.Equal(2, (await SayAsync(Here, "next")).Seq);
    }

    [Fact]
    public async Task TheClientIdsOfTwoSendersHaveNothingToDoWithEachOther()
    {
        var mothras = await SayAsync(Here, "mothra's", "c1");
        var rodans = (await Here.AppendAsync("rodan", [Draft("rodan's", "c1")], CancellationToken.None))[0];

        Assert.Equal([1, 2], [mothras.Seq, rodans.Seq]);
    }

    [Fact]
    public async Task ARepeatedMessageAmongNewOnesLeavesNoGap()
    {
        var old = await SayAsync(Here, "old", "c1");

        var answer = await Here.AppendAsync("mothra", [Draft("new"), Draft("old", "c1"), Draft("newer")], CancellationToken.None);

        Assert.Equal([2, old.Seq, 3], answer.Select(message => message.Seq));
        Assert.Equal(["old", "new", "newer"], await TextsAsync());
        Assert.Equal([1, 2, 3], _client.Seqs);
    }

    [Fact]
    public async Task AMessageOfAnotherReplicaIsHandedOn()
    {
        await SayAsync(Here, "here");
        await SayAsync(There, "there");
        await SayAsync(Here, "here again");

        await _client.HasAllAsync(3);
        Assert.Equal(["here", "there", "here again"], _client.Texts);
    }

    [Fact]
    public async Task TwoReplicasThatWriteAtOnceLeaveNoGapAndNoDoubleAndAllClientsHaveTheSameOrder()
    {
        var elsewhere = new RecordingClient();
        await There.AddAsync(elsewhere, newest: default(Position), CancellationToken.None);

        var sent = await Task.WhenAll(new[] { Here, There }.Select(async (room, replica) =>
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
        await _client.HasAllAsync(30);
        await elsewhere.HasAllAsync(30);
        Assert.Equal(await TextsAsync(), _client.Texts);
        Assert.Equal(_client.Texts, elsewhere.Texts);
    }

    [Fact]
    public async Task AHundredWhoSendAtOnceAllSucceed()
    {
        var sent = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Here.AppendAsync($"user{i}", [Draft($"{i}")], CancellationToken.None)));

        Assert.Equal(Enumerable.Range(1, 100).Select(seq => (long)seq), sent.Select(messages => messages[0].Seq).Order());
        await _client.HasAllAsync(100);
    }

    [Fact]
    public async Task WhileTheStoreHangsEverySenderHasAnAnswerWithinASecondAndNothingIsLostOrDoubled()
    {
        await SayAsync(Here, "before");
        var watch = Stopwatch.StartNew();

        Signals.Freeze(stores.PidOf("mongodb"));
        try
        {
            // The first waits for the store, the others for the first, and one more is too many.
            var first = FailsAsync(() => SayAsync(Here, "first", "c1"));
            await Eventually.TrueAsync(() => Here is { IsIdle: false, Waiting: 0 }, "the first is under way");
            var second = FailsAsync(() => SayAsync(Here, "second", "c2"));
            var many = FailsAsync(() => Here.AppendAsync("mothra", [.. Enumerable.Repeat(Draft("many"), 1999)], CancellationToken.None));
            Assert.Equal(2000, Here.Waiting);
            await Assert.ThrowsAsync<RoomBusyException>(() => SayAsync(Here, "one too many"));
            await Task.WhenAll(first, second, many);
        }
        finally
        {
            Signals.Thaw(stores.PidOf("mongodb"));
        }

        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(250), Slack.Second);
        await SayUntilStoredAsync(Here, "first", "c1");
        await SayUntilStoredAsync(Here, "second", "c2");
        await _client.HasAllAsync(3);
        Assert.Equal(["before", "first", "second"], await TextsAsync());
    }

    [Fact]
    public async Task WhatWasStoredWhileRedisWasAwayReachesTheClientsOfTheOtherReplica()
    {
        await SayUntilStoredAsync(There, "before");
        await _client.HasAllAsync(1);

        Signals.Freeze(stores.PidOf("redis"));
        try
        {
            await SayUntilStoredAsync(There, "meanwhile");
        }
        finally
        {
            Signals.Thaw(stores.PidOf("redis"));
        }

        await _client.HasAllAsync(2);
    }

    [Fact]
    public async Task ASenderWhoLeavesWhileWaitingForATurnStoresNothing()
    {
        using var left = new CancellationTokenSource();
        Signals.Freeze(stores.PidOf("mongodb"));
        try
        {
            var first = FailsAsync(() => SayAsync(Here, "first"));
            await Eventually.TrueAsync(() => Here is { IsIdle: false, Waiting: 0 }, "the first is under way");
            var second = Here.AppendAsync("mothra", [Draft("gone")], left.Token);
            await left.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
            await first;
        }
        finally
        {
            Signals.Thaw(stores.PidOf("mongodb"));
        }

        await SayUntilStoredAsync(Here, "last");
        Assert.DoesNotContain("gone", await TextsAsync());
    }

    [Fact]
    public async Task AReplayAndWhatComesMeanwhileMakeOneListWithoutAHoleAndWithoutADouble()
    {
        for (var i = 0; i < 450; i += 50)
        {
            await Here.AppendAsync("mothra", [.. Enumerable.Repeat(Draft("before"), 50)], CancellationToken.None);
        }

        using var end = new CancellationTokenSource();
        var talking = Task.Run(async () =>
        {
            var count = 450;
            for (; !end.IsCancellationRequested; count++)
            {
                await SayAsync(count % 2 == 0 ? Here : There, "meanwhile");
            }

            return count;
        });

        // One that has got nothing yet, and one that has got what came from 451 on.
        var returning = new RecordingClient();
        var (newest, isComplete) = await Here.ReplayAsync(returning, afterSeq: 0, afterRev: 0, CancellationToken.None);
        await end.CancelAsync();
        var all = await talking;

        Assert.True(isComplete);
        Assert.InRange(newest.Seq, 450, all);
        await returning.HasAllAsync(all);
    }

    [Fact]
    public async Task WhoHasGotTheNewestAlreadyGetsOnlyWhatIsMissing()
    {
        await Here.AppendAsync("mothra", [Draft("1"), Draft("2"), Draft("3")], CancellationToken.None);
        var returning = new RecordingClient();
        await Here.AddAsync(returning, newest: new Position(3, 0), CancellationToken.None);
        await SayAsync(Here, "4");
        Assert.Equal([4], returning.Seqs);

        await Here.ReplayAsync(returning, afterSeq: 1, afterRev: 0, CancellationToken.None);
        await SayAsync(Here, "5");

        Assert.Equal([4, 2, 3, 5], returning.Seqs);
    }

    [Fact]
    public async Task WhoHasMissedTooMuchIsToldAndGetsWhatComes()
    {
        for (var i = 0; i < Godzilla.Chat.Rooms.Room.MaxReplay + 100; i += 100)
        {
            await Here.AppendAsync("mothra", [.. Enumerable.Repeat(Draft("old"), 100)], CancellationToken.None);
        }

        var returning = new RecordingClient();
        var (newest, isComplete) = await Here.ReplayAsync(returning, afterSeq: 3, afterRev: 0, CancellationToken.None);
        await SayUntilStoredAsync(There, "new");

        Assert.False(isComplete);
        Assert.Equal(1100, newest.Seq);
        await Eventually.TrueAsync(() => returning.Seqs.Length > 0, "the new one arrives");
        Assert.Equal([1101], returning.Seqs);
    }

    [Fact]
    public async Task ChangesAreNumberedAndReachTheClientsOfBothReplicasInTheirOrder()
    {
        var elsewhere = new RecordingClient();
        await There.AddAsync(elsewhere, newest: default(Position), CancellationToken.None);
        var one = await SayAsync(Here, "one");
        var two = await SayUntilStoredAsync(There, "two") == 2 ? await FindAsync("two") : throw new InvalidOperationException();
        await _client.HasAllAsync(2);
        await elsewhere.HasAllAsync(2);

        Assert.Equal((1, "uno"), await ChangeAsync(Here, one, "uno"));
        Assert.Equal((2, "dos"), await ChangeAsync(There, two, "dos"));
        Assert.Equal((3, ""), await ChangeAsync(Here, one, null));

        string[] expected = ["message 1 one", "message 2 two", "message_edited 1 uno", "message_edited 2 dos", "message_deleted 1 "];
        foreach (var client in new[] { _client, elsewhere })
        {
            await Eventually.TrueAsync(() => client.All.Length >= expected.Length, "the changes arrive");
            Assert.Equal(expected, client.All);
        }

        Assert.Null(await Here.ChangeAsync(one.Id, "mothra", "once more", CancellationToken.None));
        Assert.Null(await Here.ChangeAsync(two.Id, "rodan", "not mine", CancellationToken.None));
        Assert.Equal(["", "dos"], await TextsAsync());
    }

    [Fact]
    public async Task WhoComesBackGetsTheChangesOfWhatTheyHaveAndTheRestAsItIsNow()
    {
        var one = await SayAsync(Here, "one");
        await ChangeAsync(Here, one, "known");
        var two = await SayAsync(Here, "two");
        await ChangeAsync(Here, one, "uno");
        await ChangeAsync(Here, two, "dos");
        var returning = new RecordingClient();

        var (newest, isComplete) = await There.ReplayAsync(returning, afterSeq: 1, afterRev: 1, CancellationToken.None);
        await ChangeAsync(Here, two, null);

        Assert.Equal((new Position(2, 3), true), (newest, isComplete));
        await Eventually.TrueAsync(() => returning.All.Length >= 3, "what comes follows");
        Assert.Equal(["message 2 dos", "message_edited 1 uno", "message_deleted 2 "], returning.All);
    }

    [Fact]
    public async Task AChangeThatIsHeardOfBeforeItsMessageIsNotLostToAnOlderCopyOfIt()
    {
        var old = New(1, "one");
        await _there!.Messages.AddAsync([old]);
        var (changed, _) = await _there.Messages.ChangeAsync(_discussion, old.Id, "mothra", "uno", rev: 1, DateTime.UnixEpoch);

        Here.Receive([changed!]);
        await Eventually.TrueAsync(() => _client.All.Contains("message_edited 1 uno"), "the change arrives");
        Here.Receive([old]);
        await _there.Messages.AddAsync([New(2, "two")]);
        Here.Receive([]);

        await Eventually.TrueAsync(() => _client.All.Contains("message 2 two"), "the next arrives");
        Assert.Equal(["message 1 uno", "message_edited 1 uno", "message 2 two"], _client.All);
    }

    [Fact]
    public async Task WhoComesToAReplicaThatIsBehindGetsNothingOldFromIt()
    {
        // Stored by a replica that could not tell.
        await _there!.Messages.AddAsync([New(1, "one"), New(2, "two")]);
        var coming = new RecordingClient();
        await Here.AddAsync(coming, newest: null, CancellationToken.None);

        Here.Receive([]);
        await _client.HasAllAsync(2);
        await _there.Messages.AddAsync([New(3, "three")]);
        Here.Receive([]);
        await _client.HasAllAsync(3);
        Assert.Equal(["message 3 three"], coming.All);
    }

    [Fact]
    public async Task WhatADeadReplicaStoredAndCouldNotTellIsHeardOfWhenItsSenderTriesAgainOrItsSilenceIsNoticed()
    {
        var elsewhere = new RecordingClient();
        await There.AddAsync(elsewhere, newest: default(Position), CancellationToken.None);
        await _here!.Messages.AddAsync([New(1, "once", "c1")]);

        Assert.Equal(1, (await SayAsync(Here, "once", "c1")).Seq);
        await _client.HasAllAsync(1);
        await elsewhere.HasAllAsync(1);

        var third = await ChatReplica.StartAsync(stores);
        await Eventually.TrueAsync(() => _here.KnowsPeers(2), "the third is heard");
        await _here.Messages.AddAsync([New(2, "last words")]);
        await third.DisposeAsync();
        await _client.HasAllAsync(2);
        await elsewhere.HasAllAsync(2);
    }

    [Theory]
    [InlineData("message", "deletion")]
    [InlineData("deletion", "message")]
    [InlineData("deletion", "edit", "message")]
    public async Task WhicheverReplicaRecordsFirstADeletedTextIsNotTheNewest(params string[] recorded)
    {
        await _here!.Discussions.AddAsync(new Discussion
        {
            Id = _discussion.Value,
            Users = ["mothra"],
            CreatedAt = DateTime.UnixEpoch,
            UpdatedAt = DateTime.UnixEpoch,
        });

        foreach (var what in recorded)
        {
            await (what switch
            {
                "message" => _here.Discussions.SetLastMessagesAsync([New(1, "secret")]),
                "edit" => _here.Discussions.SetChangesAsync([New(1, "still secret", rev: 1)]),
                _ => _there!.Discussions.SetChangesAsync([New(1, "", rev: 2)]),
            });
        }

        var discussion = await _here.Discussions.FindAsync(_discussion, "mothra", CancellationToken.None);
        Assert.Equal((1, 2, ""), (discussion!.Seq, discussion.Rev, discussion.LastMessage!.Text));
    }

    private Message New(long seq, string text, string? clientId = null, long? rev = null) => new()
    {
        DiscussionId = _discussion.Value,
        Seq = seq,
        UserId = "mothra",
        Text = text,
        ClientId = clientId,
        CreatedAt = DateTime.UnixEpoch,
        Rev = rev,
    };

    [Fact]
    public async Task TwoReplicasThatChangeAtOnceGiveNoNumberTwice()
    {
        var sent = new List<Message>();
        for (var i = 0; i < 12; i++)
        {
            sent.Add(await SayAsync(Here, $"{i}"));
        }

        var changed = await Task.WhenAll(sent.Select(async (message, i) =>
        {
            (long? Rev, string) change = default;
            await Eventually.TrueAsync(
                async () =>
                {
                    try
                    {
                        change = await ChangeAsync(i % 2 == 0 ? Here : There, message, "changed");
                        return true;
                    }
                    catch (TimeoutException)
                    {
                        return false;
                    }
                },
                "it is changed");
            return change.Rev;
        }));

        Assert.Equal(12, changed.Distinct().Count());
        await Eventually.TrueAsync(() => _client.All.Count(text => text.StartsWith("message_edited", StringComparison.Ordinal)) >= 12, "all arrive");
    }

    [Fact]
    public async Task WhoLeavesGetsNothingMoreAndTheRoomIsIdle()
    {
        await SayAsync(Here, "one");
        Here.Remove(_client);
        await SayAsync(Here, "two");

        Assert.Equal([1], _client.Seqs);
        await Eventually.TrueAsync(() => Here.IsIdle, "nothing is left to do");
    }

    [Fact]
    public async Task TheNewestMessageIsNotedInTheDiscussion()
    {
        await _here!.Discussions.AddAsync(new Discussion
        {
            Id = _discussion.Value,
            Users = [_discussion.ToString()],
            CreatedAt = DateTime.UnixEpoch,
            UpdatedAt = DateTime.UnixEpoch,
        });

        await SayAsync(Here, "older");
        var message = await SayAsync(Here, "newest");

        Discussion? noted = null;
        await Eventually.TrueAsync(
            async () => (noted = Assert.Single(await _here.Discussions.ListAsync(_discussion.ToString(), CancellationToken.None))).Seq == 2, "it is noted");
        Assert.Equal((message.Id, message.CreatedAt), (noted!.LastMessage!.MessageId, noted.UpdatedAt));
    }

    [Fact]
    public async Task TwoReplicasThatMoveTheSameReadCursorsForTheFirstTimeAgreeOnTheNewest()
    {
        var reads = new[] { _here!.Reads, _there!.Reads };
        for (var user = 0; user < 50; user++)
        {
            await Task.WhenAll(reads.Select((store, i) => store.AdvanceAsync([(_discussion, $"user{user}", i + 1)])));
            Assert.Equal(2, (await reads[0].ListAsync($"user{user}", [_discussion.Value], CancellationToken.None))[_discussion.Value]);
        }
    }

    private static Draft Draft(string text, string? clientId = null) =>
        Godzilla.Chat.Messages.Draft.TryCreate(text, clientId, out var draft, out var error) ? draft : throw new ArgumentException(error, nameof(text));

    private static async Task<Message> SayAsync(Room room, string text, string? clientId = null) =>
        Assert.Single(await room.AppendAsync("mothra", [Draft(text, clientId)], CancellationToken.None));

    private static async Task<(long? Rev, string Text)> ChangeAsync(Room room, Message message, string? text) =>
        await room.ChangeAsync(message.Id, "mothra", text, CancellationToken.None) is { } changed ? (changed.Rev, changed.Text) : default;

    private async Task<Message> FindAsync(string text) =>
        (await _here!.Messages.ListAfterAsync(_discussion, 0, 100, CancellationToken.None)).Single(message => message.Text == text);

    // The driver gives up a little earlier than we do, or later.
    private static async Task FailsAsync(Func<Task> send) =>
        Assert.True(await Record.ExceptionAsync(send) is TimeoutException or MongoConnectionException);

    // Past its time limit a client tries again.
    private static async Task<long> SayUntilStoredAsync(Room room, string text, string? clientId = null)
    {
        Message? message = null;
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    message = await SayAsync(room, text, clientId ?? text);
                    return true;
                }
                catch (Exception exception) when (exception is TimeoutException or MongoConnectionException)
                {
                    return false;
                }
            },
            $"'{text}' is stored");
        return message!.Seq;
    }

    private async Task<string[]> TextsAsync() =>
        [.. (await _here!.Messages.ListAfterAsync(_discussion, 0, 2000, CancellationToken.None)).Select(message => message.Text)];
}
