namespace Mongod.Wire;

/// <summary>How many bytes of large messages all connections together may hold. Who comes when it is used up waits, in order.</summary>
internal sealed class MessageBudget(long limit = 256 * 1024 * 1024)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<(int Bytes, TaskCompletionSource Granted)> _waiting = new();
    private long _taken;

    internal async ValueTask TakeAsync(int bytes, CancellationToken cancellationToken)
    {
        LinkedListNode<(int Bytes, TaskCompletionSource Granted)> turn;
        lock (_lock)
        {
            if (_waiting.Count == 0 && _taken + bytes <= limit)
            {
                _taken += bytes;
                return;
            }

            turn = _waiting.AddLast((bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }

        try
        {
            await turn.Value.Granted.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                if (turn.List is not null)
                {
                    _waiting.Remove(turn);
                }
                else
                {
                    _taken -= bytes;
                }

                Grant();
            }

            throw;
        }
    }

    internal void Release(int bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        lock (_lock)
        {
            _taken -= bytes;
            Grant();
        }
    }

    private void Grant()
    {
        while (_waiting.First is { } first && _taken + first.Value.Bytes <= limit)
        {
            _taken += first.Value.Bytes;
            _waiting.RemoveFirst();
            first.Value.Granted.TrySetResult();
        }
    }
}
