using System.Globalization;
using Godzilla.Inference.Usage;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Inference.Budgets;

/// <summary>The budgets in Redis. Every call is one script.</summary>
internal sealed class BudgetStore(IConnectionMultiplexer redis, IOptions<BudgetOptions> options)
{
    /// <summary>How often those who hold reservations renew them.</summary>
    public static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(1);

    /// <summary>After a new epoch nothing is admitted for so long: by then all reservations that are held have been made again.</summary>
    public static readonly TimeSpan Settling = 2 * RenewEvery;

    /// <summary>Usage that its own process has not written for so long is written by another.</summary>
    public static readonly TimeSpan UnwrittenFor = TimeSpan.FromSeconds(5);

    private const int BatchSize = 100;
    private const int AnswerHead = 7;

    /// <summary>Names this process as the one that writes usage.</summary>
    public string Writer { get; } = Guid.NewGuid().ToString("N")[..12];

    private string Lease { get; } = Milliseconds(options.Value.Lease);

    /// <summary>Reserves the worst case.</summary>
    public async Task<ReserveAnswer> ReserveAsync(Entry entry, BudgetLimits ofUser, BudgetLimits? ofKey)
    {
        RedisValue[] arguments =
        [
            entry.Id, entry.User, entry.Key, entry.Model, entry.Most.Tokens, entry.Most.MicroDollars, Lease, Milliseconds(Settling),
            .. Numbers(ofUser), .. ofKey is null ? [0, 0, 0, 0] : Numbers(ofKey),
        ];
        var answer = (RedisResult[])(await EvaluateAsync(
            BudgetScripts.Reserve, BudgetKeys.OfReservation(entry.User, entry.Key, entry.Id), arguments).WithTimeout())!;
        switch ((string)answer[0]!)
        {
            case "wait":
                return new ReserveAnswer.Wait();
            case "cold":
                return new ReserveAnswer.Cold((string)answer[1]!);
            case "admitted":
                var admitted = entry with { Epoch = (string)answer[1]!, Second = (long)answer[2], Day = (string)answer[3]! };
                return new ReserveAnswer.Admitted(admitted, State(answer, ofUser, ofKey));
            default:
                var wait = (long)answer[6];
                return new ReserveAnswer.Refused(new BudgetExceededException(
                    (BudgetLimit)(int)answer[1],
                    (BudgetOwner)(int)answer[2],
                    (long)answer[3],
                    (long)answer[4],
                    (long)answer[5],
                    wait < 0 ? null : TimeSpan.FromMilliseconds(wait),
                    State(answer, ofUser, ofKey)));
        }
    }

    /// <summary>Ends a reservation. It can be done again: what has ended stays as it is.</summary>
    /// <returns>The usage to write, if there is any.</returns>
    public async Task<UsageRecord?> FinishAsync(Entry entry, FinishMode mode, SpentTokens spent)
    {
        RedisValue[] arguments =
        [
            entry.Id,
            mode switch { FinishMode.Settle => "settle", FinishMode.Cancel => "cancel", FinishMode.Withdraw => "withdraw", _ => "expire" },
            spent.Prompt,
            spent.Completion,
            spent.Cached,
            spent.MicroDollars,
            entry.Epoch,
            entry.Format(),
            Writer,
        ];
        var answer = (string[])(await EvaluateAsync(
            BudgetScripts.Finish, BudgetKeys.OfReservation(entry.User, entry.Key, entry.Id), arguments).WithTimeout())!;
        return answer.Length == 1 ? null : UsageRecord.Parse(answer[1], answer[2]);
    }

    /// <summary>Renews leases of one part.</summary>
    /// <returns>The epoch, and which of them are not there.</returns>
    public async Task<(string Epoch, IReadOnlyList<string> Missing)> RenewAsync(int part, IEnumerable<string> ids)
    {
        RedisValue[] arguments = [Lease, .. ids.Select(id => (RedisValue)id)];
        var answer = (string[])(await EvaluateAsync(BudgetScripts.Renew, BudgetKeys.OfPart(part), arguments).WithTimeout())!;
        return (answer[0], answer[1..]);
    }

    /// <summary>Makes a reservation again that Redis has lost.</summary>
    /// <returns>The epoch in which it is now.</returns>
    public async Task<string> RestoreAsync(Entry entry)
    {
        RedisValue[] arguments = [entry.Id, entry.Epoch, entry.Format(), Lease];
        return (string)(await EvaluateAsync(BudgetScripts.Restore, BudgetKeys.OfUser(entry.User), arguments).WithTimeout())!;
    }

    /// <summary>Finds what others have left behind in one part.</summary>
    public async Task<Leftovers> SweepAsync(int part)
    {
        RedisValue[] arguments = [Milliseconds(UnwrittenFor), BatchSize];
        var keys = BudgetKeys.OfPart(part);
        var answer = (RedisResult[])(await EvaluateAsync(BudgetScripts.Sweep, keys, arguments).WithTimeout())!;
        var database = redis.GetDatabase();
        var (ended, unwritten) = ((string[])answer[2]!, (string[])answer[3]!);
        var entries = ended.Select(async id => (Id: id, Lines: (string?)await database.HashGetAsync(keys[1], id)));
        var records = unwritten.Select(member => member.Split('\n'))
            .Select(async member => (Id: member[0], Lines: (string?)await database.HashGetAsync(BudgetKeys.OfUser(member[1])[^1], member[0])));
        return new Leftovers(
            (string)answer[0]!,
            TimeSpan.FromMilliseconds((long)answer[1]),
            [.. (await Task.WhenAll(entries).WithTimeout()).Where(found => found.Lines is not null).Select(found => Entry.Parse(found.Id, found.Lines!))],
            [.. (await Task.WhenAll(records).WithTimeout()).Where(found => found.Lines is not null).Select(found => UsageRecord.Parse(found.Id, found.Lines!))]);
    }

    /// <summary>Which of a user's records are still to be written.</summary>
    public async Task<(string Epoch, IReadOnlySet<string> Pending)> PendingAsync(string user, IReadOnlyList<string> ids)
    {
        var answer = (string[])(await EvaluateAsync(
            BudgetScripts.Pending, BudgetKeys.OfUser(user), [.. ids.Select(id => (RedisValue)id)]).WithTimeout())!;
        return (answer[0], ids.Where((_, index) => answer[index + 1].Length > 0).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>Notes that a user's records are written.</summary>
    public Task WrittenAsync(string user, IEnumerable<UsageRecord> records)
    {
        RedisValue[] arguments = [user, .. records.SelectMany(record => new RedisValue[] { record.Id, record.Epoch, record.Month })];
        return EvaluateAsync(BudgetScripts.Written, BudgetKeys.OfUser(user), arguments).WithTimeout();
    }

    /// <summary>What is needed to load a user's month.</summary>
    /// <returns>The epoch, a version, which <see cref="TryLoadAsync"/> takes, and the usage that is still to be written.</returns>
    public async Task<(string Epoch, string Version, IReadOnlyList<UsageRecord> Pending)> LookAsync(string user)
    {
        var answer = (RedisResult[])(await EvaluateAsync(BudgetScripts.Look, BudgetKeys.OfUser(user), []).WithTimeout())!;
        var pending = ((string[])answer[2]!).Chunk(2).Select(pair => UsageRecord.Parse(pair[0], pair[1]));
        return ((string)answer[0]!, (string)answer[1]!, [.. pending]);
    }

    /// <summary>Sets what a user has spent in a month, by key; the empty one is the user's sessions.</summary>
    /// <returns><see langword="false"/> if something has changed since <paramref name="version"/>.</returns>
    public async Task<bool> TryLoadAsync(string user, string month, string version, IReadOnlyDictionary<string, Spend> spent)
    {
        var total = new Spend(spent.Values.Sum(amount => amount.Tokens), spent.Values.Sum(amount => amount.MicroDollars));
        RedisValue[] arguments =
        [
            month, version,
            "u:", total.Tokens, total.MicroDollars,
            .. spent.Where(amount => amount.Key.Length > 0)
                .SelectMany(amount => new RedisValue[] { $"k:{amount.Key}:", amount.Value.Tokens, amount.Value.MicroDollars }),
        ];
        return (int)await EvaluateAsync(BudgetScripts.Load, BudgetKeys.OfUser(user), arguments).WithTimeout() == 1;
    }

    private static RedisValue[] Numbers(BudgetLimits limits) =>
        [limits.RequestsPerMinute ?? 0, limits.TokensPerMinute ?? 0, limits.TokensPerMonth ?? 0, limits.MicroDollarsPerMonth];

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    // After the head there are, for the user and then for the key: requests and when they are free again, tokens and when these are.
    private static BudgetState State(RedisResult[] answer, BudgetLimits ofUser, BudgetLimits? ofKey)
    {
        RateState? Rate(long? limit, int at)
        {
            var left = (limit ?? 0) - (long)answer[AnswerHead + at];
            return limit > 0 ? new RateState(limit.Value, Math.Max(0, left), TimeSpan.FromMilliseconds((long)answer[AnswerHead + at + 1])) : null;
        }

        return new BudgetState(
            Less(Rate(ofUser.RequestsPerMinute, 0), Rate(ofKey?.RequestsPerMinute, 4)),
            Less(Rate(ofUser.TokensPerMinute, 2), Rate(ofKey?.TokensPerMinute, 6)));
    }

    private static RateState? Less(RateState? one, RateState? other) =>
        one is null || other?.Remaining < one.Value.Remaining ? other ?? one : one;

    private Task<RedisResult> EvaluateAsync(string script, RedisKey[] keys, RedisValue[] arguments) =>
        redis.GetDatabase().ScriptEvaluateAsync(script, keys, arguments);
}
