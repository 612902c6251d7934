using StackExchange.Redis;

namespace Godzilla.Inference.Budgets;

/// <summary>
/// The names of what Redis holds. Users are spread over a few parts, each with a hash tag: all that a script touches is in one slot of a
/// cluster, and what has run out is found without a list of users.
/// </summary>
internal static class BudgetKeys
{
    /// <summary>How many parts there are. It cannot change while anything is reserved.</summary>
    public const int Parts = 16;

    private const uint FnvOffset = 2166136261;
    private const uint FnvPrime = 16777619;

    public static int PartOf(string user)
    {
        var hash = FnvOffset;
        foreach (var character in user)
        {
            hash = (hash ^ character) * FnvPrime;
        }

        return (int)(hash % Parts);
    }

    /// <summary>What the scripts of a whole part touch.</summary>
    public static RedisKey[] OfPart(int part) =>
        [$"budget:{{{part}}}:epoch", $"budget:{{{part}}}:reservations", $"budget:{{{part}}}:leases", $"budget:{{{part}}}:pending"];

    /// <summary>What the scripts of a user touch.</summary>
    public static RedisKey[] OfUser(string user)
    {
        var part = PartOf(user);
        return [.. OfPart(part), $"budget:{{{part}}}:months:{user}", $"budget:{{{part}}}:pending:{user}"];
    }

    /// <summary>What the scripts of a reservation touch.</summary>
    public static RedisKey[] OfReservation(string user, string key, string id)
    {
        var part = PartOf(user);
        return
        [
            .. OfUser(user),
            $"budget:{{{part}}}:minute:user:{user}",
            $"budget:{{{part}}}:minute:key:{key}",
            $"budget:{{{part}}}:expired:{id}",
            $"budget:{{{part}}}:withdrawn:{id}",
        ];
    }
}
