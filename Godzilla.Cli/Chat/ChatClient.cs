using System.Globalization;
using Godzilla.Cli.Chat.Rooms;
using Godzilla.Cli.Chat.Server;
using Godzilla.Cli.Chat.Terminal;

namespace Godzilla.Cli.Chat;

/// <summary>The client: signs in, does what the user enters, and keeps the state line true.</summary>
internal sealed class ChatClient : IDisposable
{
    private const int Failed = 1;
    private const int DefaultHistory = 20;
    private const int ListedAtStart = 10;
    private const string NothingOpen = "No discussion is open";

    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(250);

    // A message that is acknowledged sooner does not flicker in the state line.
    private static readonly TimeSpan Unnoticed = TimeSpan.FromMilliseconds(500);

    // How long a script's messages may wait for a server that is away.
    private static readonly TimeSpan LastWait = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(2);

    private readonly ChatOptions _options;
    private readonly IScreen _screen;
    private readonly TimeProvider _time;
    private readonly Session _session;
    private readonly SignIn _signIn;
    private readonly HubLink _link;
    private readonly Conversation _conversation;
    private readonly Outbox _outbox;
    private readonly TypingNotifier _typing;
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource<int> _fault = new();
    private Status _status = Status.None;
    private bool _hasFailed;
    private bool _wasWarned;

    public ChatClient(ChatOptions options, Loop loop, IScreen screen, TimeProvider time)
    {
        (_options, _screen, _time) = (options, screen, time);
        _session = new Session(options.Server, time);
        _signIn = new SignIn(_session, screen, options);
        _link = new HubLink(_session, loop, time);
        _conversation = new Conversation(_session, _link, screen, time);
        _outbox = new Outbox(_link, time);
        _typing = new TypingNotifier(time, (discussion, isTyping) => Watch(TellTypingAsync(discussion, isTyping)));

        _conversation.Changed = UpdateStatus;
        _outbox.Changed = UpdateStatus;
        _outbox.Sent = _conversation.NoteSent;
        _outbox.Refused = (message, why) => Return(message.Text, why);
        _link.Changed = LinkChanged;
        screen.Typed = Typed;
    }

    /// <summary>Runs until the user ends it.</summary>
    /// <returns>The exit code: 0 if all that was entered was done.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var cancelling = cancellationToken.Register(_end.Cancel);
        if (!await _signIn.FirstAsync(_end.Token))
        {
            return Failed;
        }

        Task[] running = [_link.RunAsync(_signIn.AgainAsync, _end.Token), _outbox.RunAsync(_end.Token), TickAsync()];
        foreach (var task in running)
        {
            Watch(task);
        }

        try
        {
            return await await Task.WhenAny(TalkAsync(), _fault.Task);
        }
        catch (Exception exception) when (exception is ServerException or LinkLostException)
        {
            _screen.Error(exception.Message);
            return Failed;
        }
        finally
        {
            await EndAsync(running);
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _end.Dispose();
    }

    private async Task EndAsync(Task[] running)
    {
        using var limit = new CancellationTokenSource(EndLimit, _time);
        try
        {
            await _conversation.MarkReadAsync(limit.Token);

            // The connection first, which would otherwise be told that its session has ended.
            await _end.CancelAsync();
            await Task.WhenAll(running).WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (_session.IsOwn && _link.State != LinkState.SignedOut)
            {
                await _session.SignOutAsync(limit.Token);
            }
        }
        catch (Exception exception) when (exception is ServerException or LinkLostException or OperationCanceledException)
        {
            // Nothing depends on it: a session ends by itself.
        }
    }

    private async Task<int> TalkAsync()
    {
        await _link.ConnectedAsync(_end.Token);
        await _conversation.RefreshAsync(recounts: true, _end.Token);
        if (_screen.HasStateLine)
        {
            _conversation.ShowList(ListedAtStart);
        }

        await DoAsync(new Instruction(Verb.Open, _options.Discussion));
        while (await _screen.ReadAsync(_end.Token) is { } line)
        {
            var instruction = Instruction.Parse(line);
            if (instruction.Verb == Verb.Quit && MayQuit())
            {
                break;
            }

            await DoAsync(instruction);
        }

        return await FinishAsync();
    }

    private bool MayQuit()
    {
        if (_screen.HasStateLine && _outbox.Waiting.Count > 0 && !_wasWarned)
        {
            _wasWarned = true;
            _screen.Error($"{Count(_outbox.Waiting.Count)} not sent yet; /quit again ends without");
            return false;
        }

        return true;
    }

    private async Task<int> FinishAsync()
    {
        _typing.Stop();
        if (!_screen.HasStateLine)
        {
            using var limit = new CancellationTokenSource(LastWait, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _end.Token);
            await _outbox.EmptyAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            _end.Token.ThrowIfCancellationRequested();
        }

        foreach (var message in _outbox.Waiting)
        {
            Return(message.Text, message.Why.Length > 0 ? message.Why : _link.Why);
        }

        return _hasFailed && !_screen.HasStateLine ? Failed : 0;
    }

    private async Task DoAsync(Instruction instruction)
    {
        try
        {
            await CarryOutAsync(instruction);
        }
        catch (Exception exception) when (exception is ServerException or LinkLostException)
        {
            Fail(exception.Message);
            if (!_screen.HasStateLine && instruction.Verb is Verb.Open or Verb.New)
            {
                // What a script sends next is not for the discussion that was open before.
                _conversation.Close();
            }
        }
    }

    private async Task CarryOutAsync(Instruction instruction)
    {
        var room = _conversation.Current;
        switch (instruction.Verb)
        {
            case Verb.Nothing or Verb.Quit:
                break;
            case Verb.Wrong:
                Fail(instruction.Argument);
                break;
            case Verb.Help:
                foreach (var line in Instruction.Help)
                {
                    _screen.Notice(line);
                }

                break;
            case Verb.List:
                await _conversation.RefreshAsync(recounts: false, _end.Token);
                _conversation.ShowList();
                break;
            case Verb.Open:
                var (found, error) = _conversation.Find(instruction.Argument);
                await _conversation.OpenAsync(found ?? throw new ServerException(error), _end.Token);
                break;
            case Verb.New:
                string[] names = [.. instruction.Words.TakeWhile(word => word != "--")];
                var title = string.Join(' ', instruction.Words.Skip(names.Length + 1));
                var created = await _session.CreateAsync(names, title.Length > 0 ? title : null, _end.Token);
                await _conversation.OpenAsync(_conversation.Add(created), _end.Token);
                break;
            case Verb.Send when room is null:
                Return(instruction.Argument, NothingOpen);
                break;
            case Verb.Send:
                _typing.Stop();
                _outbox.Add(room.Id, instruction.Argument);
                break;
            case Verb.Who or Verb.History or Verb.Invite or Verb.Leave or Verb.Edit or Verb.Delete when room is null:
                Fail(NothingOpen);
                break;
            case Verb.Who:
                _conversation.ShowPeople(room);
                break;
            case Verb.History:
                var limit = int.TryParse(instruction.Argument, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : DefaultHistory;
                await _conversation.ShowHistoryAsync(room, limit, _end.Token);
                break;
            case Verb.Invite or Verb.Leave when room.IsLobby:
                Fail("Everybody is in the lobby");
                break;
            case Verb.Leave or Verb.Edit or Verb.Delete when _screen.HasStateLine && _link.State != LinkState.Connected:
                Fail("That needs the connection");
                break;
            case Verb.Invite:
                await _session.InviteAsync(room.Id, instruction.Words, _end.Token);
                break;
            case Verb.Leave:
                await _outbox.EmptyAsync(_end.Token);
                await _session.LeaveAsync(room.Id, _end.Token);
                _conversation.Forget(room);
                break;
            case Verb.Edit or Verb.Delete:
                await _outbox.EmptyAsync(_end.Token);
                await ChangeOwnLastAsync(room, instruction.Verb == Verb.Edit ? instruction.Argument : null);
                break;
        }
    }

    // The answer is not shown: it comes as an event too.
    private async Task ChangeOwnLastAsync(Room room, string? text)
    {
        if (room.OwnLast is not { } last)
        {
            Fail("None of your messages is in sight; /history shows more");
        }
        else if (text is null)
        {
            await _link.InvokeAsync<Message>("Delete", _end.Token, room.Id, last);
        }
        else
        {
            await _link.InvokeAsync<Message>("Edit", _end.Token, room.Id, last, text);
        }
    }

    private void Fail(string error)
    {
        _hasFailed = true;
        _screen.Error(error);
    }

    private void Return(string text, string why)
    {
        _hasFailed = true;
        _screen.Return(text, why);
    }

    private void LinkChanged()
    {
        UpdateStatus();
        if (_link is { State: LinkState.Connected, Generation: > 1 })
        {
            Watch(_conversation.ResumeAsync(_end.Token));
        }
    }

    private void Typed(string text)
    {
        if (text.Length == 0 || Instruction.Parse(text).Verb != Verb.Send)
        {
            _typing.Stop();
        }
        else if (_conversation.Current is { } room)
        {
            _typing.Typed(room.Id);
        }
    }

    private async Task TellTypingAsync(string discussion, bool isTyping)
    {
        try
        {
            await _link.InvokeAsync<object?>("SetTyping", _end.Token, discussion, isTyping);
        }
        catch (Exception exception) when (exception is ServerException or LinkLostException)
        {
            // It is worth nothing a moment later.
        }
    }

    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(TickEvery, _time);
        for (var ticks = 0; await timer.WaitForNextTickAsync(_end.Token); ticks++)
        {
            _typing.Tick();
            UpdateStatus();
            if (ticks % 4 == 0 && _link.State == LinkState.Connected)
            {
                Watch(_conversation.MarkReadAsync(_end.Token));
            }
        }
    }

    private void UpdateStatus()
    {
        var now = _time.GetUtcNow();
        var room = _conversation.Current;
        PendingMessage[] waiting = [.. _outbox.Waiting.Where(message => _link.State != LinkState.Connected || now - message.Since > Unnoticed)];
        var status = new Status(
            _link.State,
            _link.Why,
            _link.NextAttempt is { } next ? (int)Math.Max(0, Math.Ceiling((next - now).TotalSeconds)) : null,
            _session.Name,
            room?.Label(_session.Name) ?? "",
            room?.Typing ?? [],
            _conversation.Rooms.Where(other => other != room).Sum(other => other.Unread),
            waiting.Length,
            waiting.FirstOrDefault()?.Text ?? "");
        if (status != _status)
        {
            _status = status;
            _screen.Update(status);
        }
    }

    // What fails unexpectedly ends the client, with its error.
    private async void Watch(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // The client ends.
        }
        catch (Exception exception)
        {
            _fault.TrySetException(exception);
        }
    }

    private static string Count(int messages) =>
        messages == 1 ? "1 message is" : string.Create(CultureInfo.InvariantCulture, $"{messages} messages are");
}
