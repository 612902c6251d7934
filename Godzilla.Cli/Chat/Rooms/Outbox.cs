using System.Globalization;
using System.Text.RegularExpressions;
using Godzilla.Cli.Chat.Server;

namespace Godzilla.Cli.Chat.Rooms;

/// <summary>
/// Sends messages in order, one after the other. It tries each again until the server has acknowledged or refused it, always with the same
/// client id, so that none is lost and none is stored twice.
/// </summary>
internal sealed partial class Outbox(HubLink link, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Queue<PendingMessage> _waiting = new();
    private TaskCompletionSource _changed = new();

    /// <summary>What is not acknowledged, in order.</summary>
    public IReadOnlyCollection<PendingMessage> Waiting => _waiting;

    /// <summary>A message is stored.</summary>
    public Action<PendingMessage, Receipt>? Sent { get; set; }

    /// <summary>A message was refused, for the reason that the second argument has.</summary>
    public Action<PendingMessage, string>? Refused { get; set; }

    /// <summary>Something began to wait, or waits no more.</summary>
    public Action? Changed { get; set; }

    public void Add(string discussion, string text)
    {
        _waiting.Enqueue(new PendingMessage(discussion, text, Guid.NewGuid().ToString(), time.GetUtcNow()));
        Notify();
    }

    /// <summary>Ends when nothing waits.</summary>
    public async Task EmptyAsync(CancellationToken cancellationToken)
    {
        while (_waiting.Count > 0)
        {
            await _changed.Task.WaitAsync(cancellationToken);
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!_waiting.TryPeek(out var message))
            {
                await _changed.Task.WaitAsync(cancellationToken);
                continue;
            }

            await link.ConnectedAsync(cancellationToken);
            var wait = await TryAsync(message, cancellationToken);
            if (wait is null)
            {
                _waiting.Dequeue();
                Notify();
            }
            else
            {
                Changed?.Invoke();
                await Task.Delay(wait.Value, time, cancellationToken);
            }
        }
    }

    /// <summary>How long to wait before the next attempt; <see langword="null"/> if another is no use.</summary>
    /// <param name="refusal">The server's words.</param>
    internal static TimeSpan? RetryAfter(string refusal) =>
        TooMany().Match(refusal) is { Success: true } match ? TimeSpan.FromSeconds(int.Parse(match.ValueSpan, CultureInfo.InvariantCulture))
        : refusal is "Service Unavailable" or "Too many messages wait to be stored" ? Pause
        : null;

    private async Task<TimeSpan?> TryAsync(PendingMessage message, CancellationToken cancellationToken)
    {
        try
        {
            var receipt = await link.InvokeAsync<Receipt>("Send", cancellationToken, message.Discussion, message.Text, message.ClientId);
            Sent?.Invoke(message, receipt);
            return null;
        }
        catch (ServerException exception)
        {
            var wait = RetryAfter(exception.Message);
            if (wait is null)
            {
                Refused?.Invoke(message, exception.Message);
            }

            message.Why = exception.Message;
            return wait;
        }
        catch (LinkLostException exception)
        {
            message.Why = exception.Message;
            return Pause;
        }
    }

    private void Notify()
    {
        var changed = _changed;
        _changed = new TaskCompletionSource();
        changed.SetResult();
        Changed?.Invoke();
    }

    [GeneratedRegex("(?<=^Too many messages: try again in )[0-9]{1,4}(?= s$)", RegexOptions.CultureInvariant)]
    private static partial Regex TooMany();
}
