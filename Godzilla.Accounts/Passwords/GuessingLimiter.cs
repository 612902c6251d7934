using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Accounts.Passwords;

/// <summary>
/// Limits wrong passwords, across replicas: those that one account gets from addresses that never signed in to it, those that it gets from
/// each address that did, and those that one address sends to all accounts. Redis decides in one script before the password is looked at.
/// Names and addresses are hashed, every key ends by itself, and every set has a fixed size.
/// </summary>
internal sealed class GuessingLimiter(IConnectionMultiplexer redis, IOptions<GuessingOptions> options, TimeProvider time)
{
    // How many new addresses may hold a turn for one account.
    private const int MaxTurns = 64;

    // After so many of the longest waits without too many failures, the first wait is short again.
    private const int WaitsUntilForgotten = 6;

    // A record is a sorted set of attempts by time, and a hash that says until when to wait, how often that happened, and by which attempt.
    private const string Functions =
        """
        local function wait_of(record, now)
          return math.max(0, tonumber(redis.call('HGET', record .. ':wait', 'until') or 0) - now)
        end

        local function count(record, attempt, now, limit, window, first, longest, memory)
          redis.call('ZADD', record, now, attempt)
          redis.call('ZREMRANGEBYRANK', record, 0, -limit - 1)
          redis.call('PEXPIRE', record, window)
          if redis.call('ZCOUNT', record, now - window + 1, '+inf') >= limit and wait_of(record, now) == 0 then
            local level = tonumber(redis.call('HGET', record .. ':wait', 'level') or 0) + 1
            local wait = math.min(longest, first * 2 ^ math.min(level - 1, 32))
            redis.call('HSET', record .. ':wait', 'until', string.format('%.0f', now + wait), 'level', level, 'by', attempt)
            redis.call('PEXPIRE', record .. ':wait', string.format('%.0f', memory))
          end
        end

        local function withdraw(record, attempt)
          redis.call('ZREM', record, attempt)
          if redis.call('HGET', record .. ':wait', 'by') == attempt then
            redis.call('HINCRBY', record .. ':wait', 'level', -1)
            redis.call('HDEL', record .. ':wait', 'until', 'by')
          end
        end

        """;

    // An attempt from a new address counts from here on, so that many at once are no way around the limit. An address that had to wait gets
    // one attempt after its wait, whatever others did meanwhile.
    private const string Begin = Functions +
        """
        local known_addresses, account, own, address, turns = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
        local attempt, network = ARGV[1], ARGV[2]
        local now, limit, address_limit = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
        local window, first, longest, memory, max_turns = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
        local known = redis.call('ZSCORE', known_addresses, network)
        local address_wait = wait_of(address, now)
        if address_wait > 0 then
          return {address_wait, 0}
        end

        if known then
          local wait = wait_of(own, now)
          if wait > 0 then
            return {wait, 1}
          end
        else
          local wait = wait_of(account, now)
          local due = tonumber(redis.call('ZSCORE', turns, network) or -1)
          if wait > 0 and due > now then
            return {due - now, 0}
          elseif wait > 0 and due < 0 then
            redis.call('ZREMRANGEBYSCORE', turns, '-inf', now - longest)
            if redis.call('ZCARD', turns) < max_turns then
              redis.call('ZADD', turns, now + wait, network)
              redis.call('PEXPIRE', turns, 2 * longest)
            end
            return {wait, 0}
          end

          redis.call('ZREM', turns, network)
          count(account, attempt, now, limit, window, first, longest, memory)
        end

        count(address, attempt, now, address_limit, window, first, longest, memory)
        return {0, known and 1 or 0}
        """;

    // A known address is counted only when it fails: many who sign in at once there, rightly, do not stop each other.
    private const string Fail = Functions +
        """
        count(KEYS[3], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]))
        """;

    private const string Withdraw = Functions +
        """
        withdraw(KEYS[2], ARGV[1])
        withdraw(KEYS[4], ARGV[1])
        """;

    private const string Succeed = Withdraw +
        """

        redis.call('DEL', KEYS[3], KEYS[3] .. ':wait')
        redis.call('ZADD', KEYS[1], ARGV[3], ARGV[2])
        redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -tonumber(ARGV[4]) - 1)
        redis.call('PEXPIRE', KEYS[1], ARGV[5])
        """;

    /// <summary>Asks whether a password may be checked. Follow it with one of the other methods.</summary>
    /// <param name="username">As the client sent it. Whether there is such an account makes no difference.</param>
    /// <param name="address">The client's address.</param>
    /// <param name="cancellationToken">Ends the wait for Redis.</param>
    public async Task<Attempt> BeginAsync(string username, string address, CancellationToken cancellationToken)
    {
        var attempt = Attempt.Create(username, ClientNetwork.Of(address));
        var value = options.Value;
        RedisValue[] arguments =
        [
            attempt.Id, attempt.Network, Now, value.Failures, value.FailuresPerAddress, Milliseconds(value.Window), Milliseconds(value.FirstWait),
            Milliseconds(value.MaxWait), Milliseconds(value.MaxWait * WaitsUntilForgotten), MaxTurns,
        ];
        var answer = (long[])(await EvaluateAsync(Begin, attempt, arguments, cancellationToken))!;
        return attempt with { RetryAfter = TimeSpan.FromMilliseconds(answer[0]), IsKnown = answer[1] == 1 };
    }

    /// <summary>The password was wrong.</summary>
    public Task FailAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        var value = options.Value;
        RedisValue[] arguments =
        [
            attempt.Id, Now, value.Failures, Milliseconds(value.Window), Milliseconds(value.FirstWait), Milliseconds(value.MaxWait),
            Milliseconds(value.MaxWait * WaitsUntilForgotten),
        ];
        return attempt.IsKnown ? EvaluateAsync(Fail, attempt, arguments, cancellationToken) : Task.CompletedTask;
    }

    /// <summary>The password was right: the attempt does not count, and the account knows the address from now on.</summary>
    public Task SucceedAsync(Attempt attempt, CancellationToken cancellationToken) => EvaluateAsync(
        Succeed,
        attempt,
        [attempt.Id, attempt.Network, Now, options.Value.KnownAddresses, Milliseconds(options.Value.KnownFor)],
        cancellationToken);

    /// <summary>The password was not checked: the attempt does not count.</summary>
    public Task WithdrawAsync(Attempt attempt, CancellationToken cancellationToken) =>
        EvaluateAsync(Withdraw, attempt, [attempt.Id], cancellationToken);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static long Milliseconds(TimeSpan span) => (long)span.TotalMilliseconds;

    private Task<RedisResult> EvaluateAsync(string script, Attempt attempt, RedisValue[] arguments, CancellationToken cancellationToken) =>
        redis.GetDatabase().ScriptEvaluateAsync(script, [.. attempt.Keys], arguments).WithTimeout(cancellationToken);
}

/// <summary>An attempt to give a password.</summary>
/// <param name="Id">A name of its own.</param>
/// <param name="Network">The client's address as the account's records have it.</param>
/// <param name="Keys">Known addresses, the account's failures, its failures from this address, the address's failures, turns.</param>
internal sealed record Attempt(string Id, string Network, IReadOnlyList<RedisKey> Keys)
{
    private const int HashBytes = 16;

    /// <summary>How long to wait before the next; zero: this one may be made.</summary>
    public TimeSpan RetryAfter { get; init; }

    public bool IsAllowed => RetryAfter == TimeSpan.Zero;

    /// <summary>Whether somebody signed in to the account from this address before.</summary>
    public bool IsKnown { get; init; }

    internal static Attempt Create(string username, string network)
    {
        var account = Hash($"account {UsernameRule.KeyOf(username)}");
        var own = Hash($"{account} {network}");
        return new Attempt(
            Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture),
            own,
            [$"known-addresses:{account}", $"failures:{account}", $"failures:{own}", $"failures:{Hash($"address {network}")}", $"turns:{account}"]);
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, HashBytes));
}
