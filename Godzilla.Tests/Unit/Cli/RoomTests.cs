using Godzilla.Cli.Chat.Rooms;
using Godzilla.Cli.Chat.Server;

namespace Godzilla.Tests.Unit.Cli;

/// <summary>What comes twice, out of order or while the history is read is shown once and in order.</summary>
public sealed class RoomTests
{
    private readonly Room _room = new("lobby");

    [Fact]
    public void NothingIsMissingBetweenTheHistoryAndWhatComes()
    {
        _room.BeginLoading();
        Assert.Empty(_room.Offer(Message(4)));
        Assert.Empty(_room.Offer(Message(3)));
        Assert.False(_room.OfferChange(Message(2, rev: 7)));

        var (messages, changes) = _room.Load([Message(2), Message(3)], rev: 6);

        Assert.Equal([4], messages.Select(message => message.Seq));
        Assert.Equal([7], changes.Select(change => change.Rev));
        Assert.Equal((4, 7), (_room.LastSeq, _room.LastRev));
    }

    [Fact]
    public void AResumedRoomHandsOnEachMessageOnceAndInOrder()
    {
        _room.BeginLoading();
        _room.Load([Message(1)], rev: 0);

        // The new connection's live events, and then what was missed.
        _room.BeginResume();
        long[] came = [5, 6, 2, 3, 5, 4, 1, 6, 7];
        Assert.Equal([2, 3, 4, 5, 6, 7], came.SelectMany(seq => _room.Offer(Message(seq))).Select(message => message.Seq));
    }

    [Fact]
    public void AChangeIsShownOnceAndNoneIsSkippedByABrokenResume()
    {
        _room.BeginLoading();
        _room.Load([Message(1), Message(2)], rev: 3);
        Assert.True(_room.OfferChange(Message(1, rev: 4)));
        Assert.False(_room.OfferChange(Message(1, rev: 4)));
        Assert.Equal(4, _room.LastRev);

        // Change 9 comes live while 5 to 8 are missing: the next attempt must ask for those too.
        _room.BeginResume();
        Assert.True(_room.OfferChange(Message(2, rev: 9)));
        Assert.Equal(4, _room.LastRev);
        Assert.True(_room.OfferChange(Message(1, rev: 8)));
        _room.EndResume(rev: 9);
        Assert.Equal(9, _room.LastRev);
    }

    [Fact]
    public void AChangeOfAMessageThatIsOnItsWayComesWithIt()
    {
        _room.BeginLoading();
        _room.Load([], rev: 0);
        Assert.Empty(_room.Offer(Message(2)));

        Assert.False(_room.OfferChange(Message(2, rev: 1)));

        Assert.Equal([null, 1], _room.Offer(Message(1)).Select(message => message.Rev));
    }

    [Fact]
    public void TheOwnLastMessageIsTheNewestThatIsNotDeleted()
    {
        _room.NoteOwn("five", 5, isDeleted: false);
        _room.NoteOwn("four", 4, isDeleted: false);
        Assert.Equal("five", _room.OwnLast);

        _room.NoteOwn("four", 4, isDeleted: true);
        Assert.Equal("five", _room.OwnLast);

        _room.NoteOwn("five", 5, isDeleted: true);
        Assert.Null(_room.OwnLast);
    }

    [Fact]
    public void ItIsCalledByItsTitleOrByTheOthers()
    {
        var room = new Room("0123456789abcdef01234567");
        Assert.Equal(room.Id, room.Label("mothra"));

        room.Users = ["mothra", "rodan", "anguirus"];
        Assert.Equal("rodan, anguirus", room.Label("mothra"));

        room.Title = "Monster Island";
        Assert.Equal("Monster Island", room.Label("mothra"));
        Assert.Equal("lobby", _room.Label("mothra"));
    }

    private static Message Message(long seq, long? rev = null) =>
        new(seq.ToString("x24", null), "lobby", "mothra", $"{seq}", seq, DateTime.UnixEpoch, EditedAt: null, Deleted: false, rev);
}
