using System.Globalization;
using Godzilla.Presence.Typing;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Presence.Leases;

/// <summary>The state in Redis: leases and typing, each with its end. Every call is one script.</summary>
internal sealed class PresenceStore(IConnectionMultiplexer redis, IOptions<OnlineOptions> online, IOptions<TypingOptions> typing)
{
    private const int ArgumentsEach = 3;

    /// <summary>Where changes and heartbeats are published.</summary>
    public static readonly RedisChannel Changes = new("presence:changes", RedisChannel.PatternMode.Literal);

    // How long is remembered when somebody was last seen.
    private static readonly TimeSpan Memory = TimeSpan.FromDays(30);

    private static readonly RedisKey[] Keys =
    [
        "presence:connections", "presence:users", "presence:anonymous", "presence:typing", "presence:leaving",
        "presence:active", "presence:seen", "presence:version", "presence:run",
    ];

    private readonly RedisValue[] _first =
    [
        Changes.ToString(),
        Milliseconds(online.Value.LeaveDelay),
        Milliseconds(online.Value.Lease),
        Milliseconds(online.Value.AnonymousLease),
        Milliseconds(typing.Value.Lifetime),
    ];

    /// <summary>Does all of a batch, in its order.</summary>
    /// <returns>The version afterwards, and the message that was published; empty if nothing changed for anybody.</returns>
    public async Task<(long Version, string Message)> UpdateAsync(IReadOnlyList<Operation> batch, TimeSpan timeLimit)
    {
        var arguments = new RedisValue[_first.Length + (ArgumentsEach * batch.Count)];
        _first.CopyTo(arguments, 0);
        for (var i = 0; i < batch.Count; i++)
        {
            var at = _first.Length + (ArgumentsEach * i);
            (arguments[at], arguments[at + 1], arguments[at + 2]) = (batch[i].Kind, batch[i].User, batch[i].Id);
        }

        var answer = (RedisResult[])(await EvaluateAsync(Scripts.Update, arguments).WaitAsync(timeLimit))!;
        return ((long)answer[0], (string)answer[1]!);
    }

    /// <summary>Ends what is over, and publishes a heartbeat.</summary>
    public Task SweepAsync(string replica, long number, CancellationToken cancellationToken) =>
        EvaluateAsync(Scripts.Sweep, [_first[0], _first[1], replica, number, Milliseconds(Memory)]).WithTimeout(cancellationToken);

    /// <summary>Reads everything.</summary>
    public async Task<Snapshot> LoadAsync(CancellationToken cancellationToken)
    {
        var answer = (RedisResult[])(await EvaluateAsync(Scripts.Load, _first[..2]).WithTimeout(cancellationToken))!;
        return new Snapshot((long)answer[0], (string[])answer[1]!, (string[])answer[2]!, (string[])answer[3]!);
    }

    /// <summary>What is known of users.</summary>
    /// <returns>In the order of <paramref name="usernames"/>.</returns>
    public async Task<IReadOnlyList<KnownUser>> FindAsync(IReadOnlyList<string> usernames, CancellationToken cancellationToken)
    {
        RedisValue[] arguments = [_first[0], _first[1], .. usernames.Select(name => (RedisValue)name)];
        var answer = (string[])(await EvaluateAsync(Scripts.Status, arguments).WithTimeout(cancellationToken))!;
        var now = Number(answer[0]);
        return [.. usernames.Select((name, index) =>
        {
            var at = 1 + (ArgumentsEach * index);
            var isOnline = Number(answer[at]) > 0;
            var isAway = isOnline && now - Number(answer[at + 1]) >= online.Value.AwayAfter.TotalMilliseconds;
            return new KnownUser(name, isOnline, isAway, isOnline ? now : Number(answer[at + 2]));
        })];
    }

    private static long Number(string text) => (long)double.Parse(text, CultureInfo.InvariantCulture);

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    private Task<RedisResult> EvaluateAsync(string script, RedisValue[] arguments) =>
        redis.GetDatabase().ScriptEvaluateAsync(script, Keys, arguments);
}
