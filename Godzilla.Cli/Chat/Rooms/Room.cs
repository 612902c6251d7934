using Godzilla.Cli.Chat.Server;

namespace Godzilla.Cli.Chat.Rooms;

/// <summary>
/// What the client has of a discussion. Messages may come twice and, while a connection resumes, out of order; it hands each on once, in the
/// order of <c>seq</c>.
/// </summary>
/// <param name="id">24 hex digits or <c>lobby</c>.</param>
internal sealed class Room(string id)
{
    /// <summary>The discussion that is open to everybody.</summary>
    public const string LobbyId = "lobby";

    private readonly SortedDictionary<long, Message> _ahead = [];

    // The newest change that was handed on, by message.
    private readonly Dictionary<string, long> _changes = new(StringComparer.Ordinal);

    // Those that came while the history was on its way.
    private readonly List<Message> _heldChanges = [];

    private long _newestRev;
    private long _ownSeq;
    private bool _isResuming;

    public string Id => id;

    public bool IsLobby => id == LobbyId;

    public string? Title { get; set; }

    /// <summary>The members; nobody in the lobby, where everybody is one.</summary>
    public IReadOnlyList<string> Users { get; set; } = [];

    /// <summary>Everybody else who is typing.</summary>
    public IReadOnlyList<string> Typing { get; set; } = [];

    /// <summary>How many messages the user has not seen.</summary>
    public long Unread { get; set; }

    /// <summary>Whether its messages are handed on. Before that they are counted, or kept while the history is on its way.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>Whether the history is on its way.</summary>
    public bool IsLoading { get; private set; }

    /// <summary>The last message that was handed on; there is none missing before it.</summary>
    public long LastSeq { get; private set; }

    /// <summary>The last message that the server knows to be read.</summary>
    public long MarkedSeq { get; set; }

    /// <summary>A change of a message before which none is missing.</summary>
    public long LastRev { get; private set; }

    /// <summary>The id of the user's own last message, which they can edit and delete; none if it is not known.</summary>
    public string? OwnLast { get; private set; }

    /// <summary>How the user knows it.</summary>
    /// <param name="self">The user's name.</param>
    public string Label(string self)
    {
        if (IsLobby)
        {
            return LobbyId;
        }

        var others = Users.Where(user => user != self);
        return !string.IsNullOrWhiteSpace(Title) ? Title : others.Any() ? string.Join(", ", others) : Users is [] ? id : self;
    }

    /// <summary>Keeps what comes until <see cref="Load"/>.</summary>
    public void BeginLoading() => (IsLoaded, IsLoading) = (false, true);

    /// <summary>Gives up what was begun; the next attempt starts anew.</summary>
    public void StopLoading()
    {
        IsLoading = false;
        _ahead.Clear();
        _heldChanges.Clear();
    }

    /// <summary>Takes the newest page of the history.</summary>
    /// <param name="history">The messages, oldest first. None that follows is missing if all that comes since before it was read is offered.</param>
    /// <param name="rev">The newest change when the history was read, or one before.</param>
    /// <returns>The messages, and the changes, that came meanwhile.</returns>
    public (IReadOnlyList<Message> Messages, IReadOnlyList<Message> Changes) Load(IReadOnlyList<Message> history, long rev)
    {
        (IsLoaded, IsLoading) = (true, false);
        LastSeq = history is [.., var newest] ? newest.Seq : 0;
        LastRev = Math.Max(LastRev, rev);
        _newestRev = Math.Max(_newestRev, LastRev);
        foreach (var message in history)
        {
            Note(message);
        }

        var messages = Next();
        List<Message> changes = [.. _heldChanges.Where(OfferChange)];
        _heldChanges.Clear();
        return (messages, changes);
    }

    /// <summary>Remembers which message is the user's own last.</summary>
    public void NoteOwn(string message, long seq, bool isDeleted)
    {
        if (isDeleted)
        {
            OwnLast = OwnLast == message ? null : OwnLast;
        }
        else if (seq > _ownSeq)
        {
            (OwnLast, _ownSeq) = (message, seq);
        }
    }

    /// <summary>Takes a message that came.</summary>
    /// <returns>It and those that waited for it; none if it is not new, or others are missing before it.</returns>
    public IReadOnlyList<Message> Offer(Message message)
    {
        if (IsLoading || (IsLoaded && message.Seq > LastSeq))
        {
            _ahead[message.Seq] = message;
        }

        return IsLoaded ? Next() : [];
    }

    /// <summary>Takes a change of a message that came.</summary>
    /// <returns>Whether it is new, and the message was handed on.</returns>
    public bool OfferChange(Message message)
    {
        var rev = message.Rev ?? 0;
        _newestRev = Math.Max(_newestRev, rev);
        LastRev = _isResuming || !IsLoaded ? LastRev : _newestRev;
        if (_ahead.ContainsKey(message.Seq))
        {
            _ahead[message.Seq] = message;
            return false;
        }

        if (IsLoading)
        {
            _heldChanges.Add(message);
            return false;
        }

        if (!IsLoaded || message.Seq > LastSeq || rev <= _changes.GetValueOrDefault(message.Id))
        {
            return false;
        }

        Note(message);
        return true;
    }

    /// <summary>Until <see cref="EndResume"/>, changes before those that come may be missing.</summary>
    public void BeginResume() => _isResuming = true;

    /// <summary>Nothing is missing any more.</summary>
    /// <param name="rev">The newest change that the server has sent.</param>
    public void EndResume(long rev)
    {
        _isResuming = false;
        _newestRev = Math.Max(_newestRev, rev);
        LastRev = _newestRev;
    }

    private void Note(Message message)
    {
        if (message.Rev is { } rev)
        {
            _changes[message.Id] = rev;
        }
    }

    private List<Message> Next()
    {
        var next = new List<Message>();
        while (_ahead.FirstOrDefault() is { Value: { } message } && message.Seq <= LastSeq + 1)
        {
            _ahead.Remove(message.Seq);
            if (message.Seq > LastSeq)
            {
                LastSeq = message.Seq;
                Note(message);
                next.Add(message);
            }
        }

        return next;
    }
}
