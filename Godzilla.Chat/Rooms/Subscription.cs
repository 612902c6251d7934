namespace Godzilla.Chat.Rooms;

/// <summary>What a client has got of a room: a range of its messages without holes, and their changes. The feed's lock guards it.</summary>
internal sealed class Subscription(IRoomClient client, Position floor)
{
    // The first message of the range, and the first change that came; 0 if there is none.
    private Position _first;

    // The end of the range. What came before the client is not sent to it.
    private Position _last = floor;

    // The newest that came while a replay was under way.
    private Position _skipped;

    private bool _isReplaying;

    public void Offer(RoomEvent roomEvent)
    {
        var seq = roomEvent.Message.Seq;
        if (_isReplaying)
        {
            _skipped = _skipped with { Seq = seq };
        }
        else if (seq > _last.Seq)
        {
            _first = _first.Seq == 0 ? _first with { Seq = seq } : _first;
            _last = _last with { Seq = seq };
            client.Send(roomEvent);
        }
    }

    public void OfferChange(RoomEvent roomEvent, long rev)
    {
        if (_isReplaying)
        {
            _skipped = _skipped with { Rev = rev };
        }
        else if (rev > _last.Rev)
        {
            _first = _first.Rev == 0 ? _first with { Rev = rev } : _first;
            _last = _last with { Rev = rev };
            client.Send(roomEvent);
        }
    }

    /// <summary>Holds back what comes, until <see cref="TryEndReplay"/>.</summary>
    public void BeginReplay() => (_isReplaying, _skipped) = (true, default);

    /// <summary>Whether the client has got a message already.</summary>
    public bool HasSent(long seq) => _first.Seq > 0 && seq >= _first.Seq && seq <= _last.Seq;

    /// <summary>Whether the client has got a change already.</summary>
    public bool HasSentChange(long rev) => _first.Rev > 0 && rev >= _first.Rev && rev <= _last.Rev;

    /// <summary>Goes on with what comes, if the replay has reached it.</summary>
    /// <param name="after">Where the replay began.</param>
    /// <param name="upTo">Where it is.</param>
    public bool TryEndReplay(Position after, Position upTo)
    {
        if (_skipped.Seq > upTo.Seq || _skipped.Rev > upTo.Rev)
        {
            return false;
        }

        _isReplaying = false;
        _first = new Position(
            _first.Seq == 0 ? after.Seq + 1 : Math.Min(_first.Seq, after.Seq + 1), _first.Rev == 0 ? after.Rev + 1 : Math.Min(_first.Rev, after.Rev + 1));
        _last = Position.Max(_last, upTo);
        return true;
    }

    /// <summary>Goes on with what comes; what was held back is missing.</summary>
    public void BreakReplay() => _isReplaying = false;
}
