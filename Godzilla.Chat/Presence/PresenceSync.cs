using System.Threading.Channels;
using Godzilla.Chat.Connections;
using Godzilla.Chat.SignalR;
using Grpc.Core;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace Godzilla.Chat.Presence;

/// <summary>
/// Tells Presence of this process's connections, in the order in which they come and go, and everybody of who is online. A connection
/// never waits for Presence: while Presence is away, what is to be told waits here, and afterwards every lease is renewed.
/// </summary>
internal sealed partial class PresenceSync(
    ConnectionRegistry connections,
    PresenceClient presence,
    IHubContext<ChatHub, IChatClient> hub,
    IOptions<PresenceOptions> options,
    TimeProvider time,
    ILogger<PresenceSync> logger) : BackgroundService
{
    private const int RenewalSize = 1000;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    // When it is full, news is dropped: the next renewal repairs a missing connect, and a lease's end a missing disconnect.
    private readonly Channel<Change> _changes = Channel.CreateBounded<Change>(
        new BoundedChannelOptions(10_000) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private IReadOnlyList<string> _told = [];
    private long _renewedAt;
    private bool _away;

    /// <summary>Notes a new connection.</summary>
    /// <param name="username">Whose.</param>
    /// <param name="connectionId">Its id.</param>
    public void Connected(string username, string connectionId) => _changes.Writer.TryWrite(new Change(username, connectionId, IsConnect: true));

    /// <summary>Notes that a connection is gone.</summary>
    /// <param name="username">Whose.</param>
    /// <param name="connectionId">Its id.</param>
    public void Disconnected(string username, string connectionId) =>
        _changes.Writer.TryWrite(new Change(username, connectionId, IsConnect: false));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _renewedAt = time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await WaitAsync(stoppingToken);
                await TellAsync(stoppingToken);
                _away = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (RpcException exception)
            {
                LogAway(exception);
                await Task.Delay(RetryAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await SayFarewellAsync();
    }

    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        var left = options.Value.RenewEvery - time.GetElapsedTime(_renewedAt);
        if (_away || left <= TimeSpan.Zero)
        {
            return;
        }

        using var renewal = new CancellationTokenSource(left, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(renewal.Token, stoppingToken);
        try
        {
            await _changes.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            // Time to renew.
        }
    }

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string>? online = null;
        var anyChange = false;

        // Taken from the queue only once it is told, so that an outage loses no news.
        while (_changes.Reader.TryPeek(out var change))
        {
            online = await TellAsync(change, cancellationToken);
            _changes.Reader.TryRead(out _);
            anyChange = true;
        }

        if (_away || time.GetElapsedTime(_renewedAt) >= options.Value.RenewEvery)
        {
            foreach (var chunk in connections.All.Chunk(RenewalSize))
            {
                online = await presence.RenewAsync(chunk, cancellationToken);
            }

            _renewedAt = time.GetTimestamp();
        }

        online ??= await presence.GetOnlineAsync(cancellationToken);
        if (anyChange || !online.SequenceEqual(_told, StringComparer.Ordinal))
        {
            _told = online;
            hub.Clients.All.Presence(new PresenceList(online)).FireAndForget(logger);
        }
    }

    private async Task<IReadOnlyList<string>?> TellAsync(Change change, CancellationToken cancellationToken)
    {
        if (change.IsConnect)
        {
            return await presence.ConnectedAsync(change.Username, change.ConnectionId, cancellationToken);
        }

        await presence.DisconnectedAsync(change.Username, change.ConnectionId, cancellationToken);
        return null;
    }

    // The server has closed its connections by now; without this their users would stay online until their leases end.
    private async Task SayFarewellAsync()
    {
        using var limit = new CancellationTokenSource(Farewell, time);
        try
        {
            while (_changes.Reader.TryRead(out var change))
            {
                await TellAsync(change, limit.Token);
            }
        }
        catch (Exception exception) when (exception is RpcException or OperationCanceledException)
        {
            LogAway(exception);
        }
    }

    private void LogAway(Exception exception)
    {
        if (!_away)
        {
            LogUnreachable(logger, exception.Message);
        }

        _away = true;
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Presence is unreachable, and is told later: {Reason}")]
    private static partial void LogUnreachable(ILogger logger, string reason);

    private sealed record Change(string Username, string ConnectionId, bool IsConnect);
}
