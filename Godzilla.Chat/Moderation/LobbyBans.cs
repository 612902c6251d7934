using System.Collections.Frozen;
using Godzilla.Chat.Rooms;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;

namespace Godzilla.Chat.Moderation;

/// <summary>
/// Who is banned from the lobby: an image of the store, because every entry asks. It is read again when a replica says that it has changed,
/// and when that may have been missed.
/// </summary>
internal sealed class LobbyBans : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly LobbyBanStore _store;
    private readonly RoomBus _bus;
    private readonly DependencyFailures _failures;
    private readonly TimeProvider _time;
    private volatile FrozenSet<string> _banned = FrozenSet<string>.Empty;

    public LobbyBans(LobbyBanStore store, RoomBus bus, IOptions<DependencyFailures> failures, TimeProvider time)
    {
        (_store, _bus, _failures, _time) = (store, bus, failures.Value, time);
        bus.OnBansChanged += () => _ = FollowAsync();
        bus.OnGained += () => _ = FollowAsync();
    }

    /// <summary>Called with those who are banned now, or are no more.</summary>
    public Action<IReadOnlyCollection<string>>? OnChanged { get; set; }

    public bool Contains(string username) => _banned.Contains(username);

    /// <summary>Reads who is banned, here and on the other replicas.</summary>
    public Task ChangedAsync()
    {
        _bus.PublishBansChanged();
        return ReadAsync();
    }

    /// <summary>Reads who is banned.</summary>
    public async Task ReadAsync()
    {
        // One after the other, so that what is read last is the newest.
        await _turn.WaitAsync();
        try
        {
            var before = _banned;
            _banned = (await _store.ListAsync(CancellationToken.None)).Select(ban => ban.Username).ToFrozenSet(StringComparer.Ordinal);
            string[] changed = [.. before.Except(_banned, StringComparer.Ordinal), .. _banned.Except(before, StringComparer.Ordinal)];
            if (changed.Length > 0)
            {
                OnChanged?.Invoke(changed);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task FollowAsync()
    {
        while (true)
        {
            try
            {
                await ReadAsync();
                return;
            }
            catch (Exception exception) when (_failures.Match(exception))
            {
                await Task.Delay(RetryAfter, _time);
            }
        }
    }
}
