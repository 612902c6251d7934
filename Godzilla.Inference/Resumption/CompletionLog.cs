using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Inference.Resumption;

/// <summary>
/// The completions that can be taken up again, in Redis: which one an idempotency key stands for, its events, and whether the replica that
/// generates it lives.
/// </summary>
internal sealed class CompletionLog(IConnectionMultiplexer redis, IOptions<ResumptionOptions> options)
{
    // The first request with a key has the completion; the others find it, if they ask for the same.
    private const string Claim = """
        local body = redis.call('HGET', KEYS[1], 'body')
        if not body then
          redis.call('HSET', KEYS[1], 'body', ARGV[1], 'run', ARGV[2])
          redis.call('PEXPIRE', KEYS[1], ARGV[3])
          redis.call('SET', KEYS[2], '1', 'PX', ARGV[4])
          return ARGV[2]
        end
        if body ~= ARGV[1] then return '' end
        return redis.call('HGET', KEYS[1], 'run')
        """;

    private const string Release = """
        if redis.call('HGET', KEYS[1], 'run') == ARGV[1] then return redis.call('DEL', KEYS[1]) end
        return 0
        """;

    // Longer than any generation. A replica that dies ends the wait by its lease.
    private static readonly TimeSpan LongestRun = TimeSpan.FromHours(2);

    private static readonly string[] Kinds = ["head", "data", "error", "end"];

    private IDatabase Database => redis.GetDatabase();

    /// <summary>The name of a client's idempotency key here.</summary>
    public static string NameOf(string user, string key) =>
        $"idempotency:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{user}\n{key}")))}";

    /// <summary>Finds the completion that a key stands for, or claims the key for a new one.</summary>
    /// <param name="name">The key's name.</param>
    /// <param name="body">The hash of the request.</param>
    /// <param name="run">The id of the new one.</param>
    /// <returns>The completion's id; <see langword="null"/> if the key stands for another request.</returns>
    public async Task<string?> ClaimAsync(string name, string body, string run)
    {
        var claimed = await Database.ScriptEvaluateAsync(
            Claim,
            [name, LeaseOf(run)],
            [body, run, (long)LongestRun.TotalMilliseconds, (long)options.Value.Lease.TotalMilliseconds]).WithTimeout();
        return (string?)claimed is { Length: > 0 } id ? id : null;
    }

    /// <summary>The completion that a key stands for, without claiming it: <see langword="null"/> if there is none.</summary>
    public async Task<(string Run, string Body)?> FindAsync(string name)
    {
        var fields = await Database.HashGetAsync(name, ["run", "body"]).WithTimeout();
        return fields[0].IsNull ? null : (fields[0].ToString(), fields[1].ToString());
    }

    /// <summary>Frees a key, so that the next request with it generates anew.</summary>
    public Task ReleaseAsync(string name, string run) => Database.ScriptEvaluateAsync(Release, [name], [run]).WithTimeout();

    /// <summary>Says that the replica that generates a completion lives.</summary>
    public Task RenewAsync(string run) => Database.StringSetAsync(LeaseOf(run), 1, options.Value.Lease).WithTimeout();

    /// <summary>Whether that replica lives.</summary>
    public Task<bool> IsAliveAsync(string run) => Database.KeyExistsAsync(LeaseOf(run)).WithTimeout();

    /// <summary>Appends entries, in their order.</summary>
    public async Task AppendAsync(string run, IReadOnlyList<EventEntry> entries)
    {
        var batch = Database.CreateBatch();
        var added = new List<Task>(entries.Count + 1);
        foreach (var entry in entries)
        {
            // The number is the id, so an entry that is sent twice is in the log once.
            added.Add(batch.StreamAddAsync(EventsOf(run), Kinds[(int)entry.Kind], entry.Payload, string.Create(CultureInfo.InvariantCulture, $"{entry.Number}-0")));
        }

        if (entries[0].Number == 1)
        {
            added.Add(batch.KeyExpireAsync(EventsOf(run), LongestRun));
        }

        batch.Execute();
        await Task.WhenAll(added).WithTimeout();
    }

    /// <summary>Lets a completion that has ended, and its key, run out.</summary>
    public Task ExpireAsync(string name, string run) => Task.WhenAll(
        Database.KeyExpireAsync(name, options.Value.KeepFor), Database.KeyExpireAsync(EventsOf(run), options.Value.KeepFor)).WithTimeout();

    /// <summary>The entries after one, as far as there are any.</summary>
    public async Task<IReadOnlyList<EventEntry>> ReadAsync(string run, long after, int count)
    {
        var entries = await Database.StreamRangeAsync(EventsOf(run), string.Create(CultureInfo.InvariantCulture, $"{after + 1}-0"), "+", count).WithTimeout();
        return [.. entries.Select(Parse)];
    }

    /// <summary>The newest entry; <see langword="null"/> if there is none.</summary>
    public async Task<EventEntry?> FindLastAsync(string run) =>
        await Database.StreamRangeAsync(EventsOf(run), "-", "+", count: 1, Order.Descending).WithTimeout() is [var last] ? Parse(last) : null;

    private static EventEntry Parse(StreamEntry entry)
    {
        var (id, value) = (entry.Id.ToString(), entry.Values[0]);
        return new EventEntry(
            long.Parse(id.AsSpan(0, id.IndexOf('-', StringComparison.Ordinal)), CultureInfo.InvariantCulture),
            (EventKind)Array.IndexOf(Kinds, value.Name.ToString()),
            value.Value);
    }

    private static RedisKey EventsOf(string run) => $"completion:{run}";

    private static RedisKey LeaseOf(string run) => $"completion:{run}:lease";
}
