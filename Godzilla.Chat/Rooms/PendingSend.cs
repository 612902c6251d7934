using System.Diagnostics;
using Godzilla.Chat.Messages;

namespace Godzilla.Chat.Rooms;

/// <summary>Messages of one sender that wait to be stored.</summary>
internal sealed class PendingSend
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<IReadOnlyList<Message>> _stored = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Message?[] _messages;
    private int _left;
    private int _state;

    public PendingSend(string username, IReadOnlyList<Draft> drafts)
    {
        _messages = new Message?[drafts.Count];
        _left = drafts.Count;
        Items = [.. drafts.Select((draft, index) => new Item(this, username, draft, index))];
    }

    public IReadOnlyList<Item> Items { get; }

    /// <summary>The sender's span.</summary>
    public ActivityContext Trace { get; } = Activity.Current?.Context ?? default;

    /// <summary>Ends when its turn has come.</summary>
    public Task Begun => _begun.Task;

    public Task<IReadOnlyList<Message>> Stored => _stored.Task;

    /// <returns><see langword="false"/> if the sender does not wait any more.</returns>
    public bool TryBegin()
    {
        if (Interlocked.CompareExchange(ref _state, State.Begun, State.Waiting) != State.Waiting)
        {
            return false;
        }

        _begun.SetResult();
        return true;
    }

    /// <summary>Takes it back.</summary>
    /// <returns><see langword="false"/> if its turn has come.</returns>
    public bool TryAbandon() => Interlocked.CompareExchange(ref _state, State.Abandoned, State.Waiting) == State.Waiting;

    public void Fail(Exception exception)
    {
        if (_stored.TrySetException(exception))
        {
            // The sender may have left.
            _ = _stored.Task.Exception;
        }
    }

    private static class State
    {
        public const int Waiting = 0;
        public const int Begun = 1;
        public const int Abandoned = 2;
    }

    /// <summary>One of its messages.</summary>
    internal sealed record Item(PendingSend Send, string Username, Draft Draft, int Index)
    {
        public void Complete(Message message)
        {
            Send._messages[Index] = message;
            if (--Send._left == 0)
            {
                Send._stored.TrySetResult(Send._messages!);
            }
        }
    }
}
