using System.Globalization;
using Godzilla.Cli.Chat.Server;
using Godzilla.Cli.Chat.Terminal;

namespace Godzilla.Cli.Chat.Rooms;

/// <summary>All discussions of the user: which is shown, what is unread, who is here. It takes the hub's events, and resumes after a break.</summary>
internal sealed class Conversation
{
    private const int ShortHistory = 10;
    private const int MaxPage = 100;
    private const int MaxNames = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Session _session;
    private readonly HubLink _link;
    private readonly IScreen _screen;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, Room> _rooms = new(StringComparer.Ordinal);
    private readonly HashSet<string> _online = new(StringComparer.Ordinal);
    private List<Room> _listed = [];
    private DateOnly _day;
    private bool _isMarking;

    public Conversation(Session session, HubLink link, IScreen screen, TimeProvider time)
    {
        (_session, _link, _screen, _time) = (session, link, screen, time);
        _day = DateOnly.FromDateTime(time.GetLocalNow().DateTime);
        link.On<Message>("message", Received);
        link.On<Message>("message_edited", ReceivedChange);
        link.On<Message>("message_deleted", ReceivedChange);
        link.On<Discussion>("discussion", ReceivedDiscussion);
        link.On<PresenceList>("presence", ReceivedPresence);
        link.On<PresenceChange>("presence_changed", ReceivedPresence);
        link.On<TypingList>("typing", ReceivedTyping);
        link.On<Warning>("warning", warning => screen.Notice(warning.Message));
    }

    /// <summary>The discussion that is shown and written to, or none.</summary>
    public Room? Current { get; private set; }

    public IEnumerable<Room> Rooms => _rooms.Values;

    /// <summary>Something that the state line shows has changed.</summary>
    public Action? Changed { get; set; }

    /// <summary>Reads which discussions there are.</summary>
    /// <param name="recounts">
    /// Whether the server says what is unread in those that were not opened: at the start and after a break. In between the events say it sooner.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ServerException">The session has ended, or a store is away.</exception>
    /// <exception cref="LinkLostException">The server does not answer.</exception>
    public async Task RefreshAsync(bool recounts, CancellationToken cancellationToken)
    {
        var discussions = await _session.ListAsync(cancellationToken);
        _listed = [Get(Room.LobbyId)];
        foreach (var discussion in discussions)
        {
            var isKnown = _rooms.ContainsKey(discussion.Id);
            var room = Add(discussion);
            if (!room.IsLoaded && (recounts || !isKnown))
            {
                room.Unread = discussion.Unread;
            }

            _listed.Add(room);
        }

        foreach (var gone in _rooms.Values.Except(_listed).ToArray())
        {
            Forget(gone);
        }

        Changed?.Invoke();
    }

    /// <summary>Shows all discussions with the numbers by which they can be opened.</summary>
    /// <param name="most">How many at most; the others are counted.</param>
    public void ShowList(int most = int.MaxValue)
    {
        foreach (var (at, room) in _listed.Index().Take(most))
        {
            var label = room.Label(_session.Name);
            var members = string.Join(", ", room.Users);
            _screen.Notice(string.Create(
                CultureInfo.InvariantCulture,
                $"{at + 1,3}  {label}{(members.Length > 0 && members != label ? $" ({members})" : "")}{(room.Unread > 0 ? $": {room.Unread} unread" : "")}"));
        }

        if (_listed.Count > most)
        {
            _screen.Notice(string.Create(CultureInfo.InvariantCulture, $"     and {_listed.Count - most} more: /list"));
        }
    }

    /// <summary>Finds a discussion by its number in the list, its id, its title, or the others in it.</summary>
    /// <returns>It, or what is wrong.</returns>
    public (Room? Room, string Error) Find(string target)
    {
        if (int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= _listed.Count)
        {
            return (_listed[number - 1], "");
        }

        if (_rooms.TryGetValue(target, out var byId))
        {
            return (byId, "");
        }

        Room[] named = [.. _rooms.Values.Where(room => string.Equals(room.Label(_session.Name), target, StringComparison.OrdinalIgnoreCase))];
        return named switch
        {
            [var one] => (one, ""),
            [] => (null, $"There is no discussion '{target}'; /list shows them"),
            _ => (null, $"{named.Length} discussions are called '{target}': take the number from /list"),
        };
    }

    /// <summary>Shows the end of a discussion's history, and from then on what comes.</summary>
    /// <exception cref="ServerException">The user is not in it.</exception>
    public async Task OpenAsync(Room room, CancellationToken cancellationToken)
    {
        while (true)
        {
            await _link.ConnectedAsync(cancellationToken);
            var generation = _link.Generation;
            room.BeginLoading();
            try
            {
                // In this order: a change that comes between is in the history, or comes as an event.
                var joined = await _link.InvokeAsync<Joined>("Join", cancellationToken, room.Id, null, null);
                var limit = Math.Clamp(room.Unread, ShortHistory, MaxPage);
                var page = await _session.MessagesAsync(room.Id, $"limit={limit}", cancellationToken);
                if (generation == _link.Generation)
                {
                    Show(room, page, joined.Rev);
                    return;
                }
            }
            catch (ServerException exception) when (Outbox.RetryAfter(exception.Message) is { } wait)
            {
                await Task.Delay(wait, _time, cancellationToken);
            }
            catch (LinkLostException)
            {
                await Task.Delay(Pause, _time, cancellationToken);
            }
            catch
            {
                room.StopLoading();
                throw;
            }
        }
    }

    /// <summary>Shows messages of the current discussion again.</summary>
    /// <param name="room">The discussion.</param>
    /// <param name="limit">How many, up to 100.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task ShowHistoryAsync(Room room, int limit, CancellationToken cancellationToken)
    {
        var page = await _session.MessagesAsync(room.Id, $"limit={Math.Clamp(limit, 1, MaxPage)}", cancellationToken);
        foreach (var message in page.Messages.Reverse())
        {
            Show(message);
        }

        _screen.Notice("--- end of history ---");
    }

    /// <summary>Shows nothing any more.</summary>
    public void Close()
    {
        Current = null;
        Changed?.Invoke();
    }

    /// <summary>Removes a discussion that the user is not in any more.</summary>
    public void Forget(Room room)
    {
        _rooms.Remove(room.Id);
        _listed.Remove(room);
        if (room == Current)
        {
            _screen.Notice($"You are not in {room.Label(_session.Name)} any more; /list shows the others");
            Current = null;
        }

        Changed?.Invoke();
    }

    /// <summary>Adds a discussion that the user created.</summary>
    public Room Add(Discussion discussion)
    {
        var room = Get(discussion.Id);
        (room.Title, room.Users) = (discussion.Title, discussion.Users);
        return room;
    }

    /// <summary>After a break: gets what was missed in every discussion that was opened, and counts anew what is unread.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        var generation = _link.Generation;
        Room[] rooms = [.. _rooms.Values.Where(room => room.IsLoaded)];
        foreach (var room in rooms)
        {
            room.BeginResume();
        }

        foreach (var room in rooms)
        {
            await RetryAsync(() => ResumeAsync(room, cancellationToken), generation, cancellationToken);
        }

        await RetryAsync(() => RefreshAsync(recounts: true, cancellationToken), generation, cancellationToken);
    }

    /// <summary>Tells the server what the user has read.</summary>
    public async Task MarkReadAsync(CancellationToken cancellationToken)
    {
        if (_isMarking || Current is not { IsLobby: false, IsLoaded: true } room || room.LastSeq <= room.MarkedSeq)
        {
            return;
        }

        _isMarking = true;
        try
        {
            var seq = room.LastSeq;
            await _session.MarkReadAsync(room.Id, seq, cancellationToken);
            room.MarkedSeq = seq;
        }
        catch (Exception exception) when (exception is ServerException or LinkLostException)
        {
            // The next call tries again.
        }
        finally
        {
            _isMarking = false;
        }
    }

    /// <summary>Remembers a message of the user before it comes as an event.</summary>
    public void NoteSent(PendingMessage message, Receipt receipt) => Get(message.Discussion).NoteOwn(receipt.Id, receipt.Seq, isDeleted: false);

    /// <summary>Shows who is in the current discussion, and who of them is online.</summary>
    public void ShowPeople(Room room)
    {
        if (room.IsLobby)
        {
            _screen.Notice($"Online: {string.Join(", ", _online.Order(StringComparer.Ordinal))}");
            return;
        }

        foreach (var user in room.Users)
        {
            _screen.Notice($"  {user}{(user == room.Users[0] ? ", owner" : "")}{(_online.Contains(user) ? ", online" : "")}");
        }
    }

    private async Task ResumeAsync(Room room, CancellationToken cancellationToken)
    {
        try
        {
            var joined = await _link.InvokeAsync<Joined>("Join", cancellationToken, room.Id, room.LastSeq, room.LastRev);
            if (!joined.Complete)
            {
                await CatchUpAsync(room, cancellationToken);
            }

            room.EndResume(joined.Rev);
        }
        catch (ServerException exception) when (Outbox.RetryAfter(exception.Message) is null)
        {
            Forget(room);
        }
    }

    // More was missed than comes as events.
    private async Task CatchUpAsync(Room room, CancellationToken cancellationToken)
    {
        for (long? seq = room.LastSeq; seq is not null;)
        {
            var page = await _session.MessagesAsync(room.Id, $"limit={MaxPage}&after_seq={seq}", cancellationToken);
            Array.ForEach(page.Messages, Received);
            seq = page.NextAfterSeq;
        }

        for (long? rev = room.LastRev; rev is not null;)
        {
            var page = await _session.MessagesAsync(room.Id, $"limit={MaxPage}&after_rev={rev}", cancellationToken);
            Array.ForEach(page.Messages, ReceivedChange);
            rev = page.NextAfterRev;
        }
    }

    // As long as this connection lives; the next one resumes anew.
    private async Task RetryAsync(Func<Task> action, int generation, CancellationToken cancellationToken)
    {
        while (generation == _link.Generation && _link.State == LinkState.Connected)
        {
            try
            {
                await action();
                return;
            }
            catch (Exception exception) when (exception is ServerException or LinkLostException)
            {
                await Task.Delay(Pause, _time, cancellationToken);
            }
        }
    }

    private void Show(Room room, MessagePage page, long rev)
    {
        Message[] history = [.. page.Messages.Reverse()];
        var firstNew = room.Unread > 0 ? Math.Max(0, history.Length - (int)room.Unread) : -1;
        Current = room;
        room.Unread = 0;
        _screen.Notice($"--- {room.Label(_session.Name)} ---");
        foreach (var (at, message) in history.Index())
        {
            if (at == firstNew)
            {
                _screen.Notice("--- new ---");
            }

            NoteOwn(room, message);
            Show(message);
        }

        _screen.Notice("--- end of history ---");
        var (messages, changes) = room.Load(history, rev);
        foreach (var message in messages)
        {
            Show(message);
        }

        foreach (var change in changes)
        {
            ShowChange(change);
        }

        Changed?.Invoke();
    }

    private void Received(Message message)
    {
        var room = Get(message.DiscussionId);
        NoteOwn(room, message);
        var isCounted = !room.IsLoaded && !room.IsLoading;
        var next = room.Offer(message);
        if (room == Current)
        {
            foreach (var shown in next)
            {
                Show(shown);
            }

            return;
        }

        var before = room.Unread;
        room.Unread += (isCounted ? [message] : next).Count(counted => counted.UserId != _session.Name);
        if (before == 0 && room.Unread > 0 && !_screen.HasStateLine)
        {
            _screen.Notice($"Unread messages in {room.Label(_session.Name)}");
        }

        Changed?.Invoke();
    }

    private void ReceivedChange(Message message)
    {
        var room = Get(message.DiscussionId);
        NoteOwn(room, message);
        if (room.OfferChange(message) && room == Current)
        {
            ShowChange(message);
        }
    }

    private void ReceivedDiscussion(Discussion discussion)
    {
        var isMember = !discussion.Deleted && discussion.Users.Contains(_session.Name, StringComparer.Ordinal);
        var isKnown = _rooms.TryGetValue(discussion.Id, out var known);
        if (!isMember)
        {
            if (isKnown)
            {
                Forget(known!);
            }

            return;
        }

        var before = known?.Users ?? [];
        var oldLabel = known?.Label(_session.Name);
        var room = Add(discussion);
        var label = room.Label(_session.Name);
        if (before is [])
        {
            _listed.Add(room);
            if (discussion.Users[0] != _session.Name)
            {
                _screen.Notice($"You are in a new discussion: {label}; open it with /open {_listed.Count}");
            }
        }
        else if (room == Current)
        {
            Tell(discussion.Users.Except(before), "is in the discussion now", "are in the discussion now");
            Tell(before.Except(discussion.Users), "is not in the discussion any more", "are not in the discussion any more");
            if (label != oldLabel)
            {
                _screen.Notice($"The discussion is called {label} now");
            }
        }

        Changed?.Invoke();
    }

    private void ReceivedPresence(PresenceList presence)
    {
        _online.Clear();
        _online.UnionWith(presence.Online);
    }

    private void ReceivedPresence(PresenceChange presence)
    {
        _online.UnionWith(presence.Joined);
        _online.ExceptWith(presence.Left);
        if (Current is { } room)
        {
            bool Concerns(string user) => user != _session.Name && (room.IsLobby || room.Users.Contains(user, StringComparer.Ordinal));

            Tell(presence.Joined.Where(Concerns), "joined the chat", "joined the chat", "→ ");
            Tell(presence.Left.Where(Concerns), "left the chat", "left the chat", "← ");
        }
    }

    private void ReceivedTyping(TypingList typing)
    {
        Get(typing.DiscussionId).Typing = [.. typing.Users.Where(user => user != _session.Name)];
        Changed?.Invoke();
    }

    private void Tell(IEnumerable<string> users, string one, string several, string before = "")
    {
        string[] names = [.. users];
        if (names is not [])
        {
            _screen.Notice($"{before}{Names(names)} {(names.Length == 1 ? one : several)}");
        }
    }

    /// <summary>Names in a line that cannot become long.</summary>
    internal static string Names(IReadOnlyCollection<string> names) => names.Count <= MaxNames
        ? string.Join(", ", names)
        : string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", names.Take(MaxNames))} and {names.Count - MaxNames} others");

    private void Show(Message message)
    {
        var day = DateOnly.FromDateTime(message.CreatedAt.ToLocalTime());
        if (day != _day)
        {
            _day = day;
            _screen.Notice(day.ToString("--- yyyy-MM-dd ---", CultureInfo.InvariantCulture));
        }

        _screen.Message(message, message.UserId == _session.Name);
    }

    private void ShowChange(Message message) => _screen.Change(message, message.UserId == _session.Name);

    private void NoteOwn(Room room, Message message)
    {
        if (message.UserId == _session.Name)
        {
            room.NoteOwn(message.Id, message.Seq, message.Deleted);
        }
    }

    private Room Get(string id)
    {
        if (!_rooms.TryGetValue(id, out var room))
        {
            _rooms.Add(id, room = new Room(id));
        }

        return room;
    }
}
