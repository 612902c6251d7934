using Godzilla.Inference.Mini.Model;

namespace Godzilla.Inference.Mini.Training;

/// <summary>Counts n-grams and makes of them interpolated Kneser-Ney probabilities with one absolute discount.</summary>
internal static class NgramTrainer
{
    private const double Discount = 0.5;

    /// <summary>How many tokens may follow anything.</summary>
    private const int BaseSize = 256;

    /// <summary>How many followers one context has at most; the rarest of a context like "the" add time and little else.</summary>
    private const int MaxFollowers = 96;

    internal sealed record Ngrams(
        ulong[] Contexts,
        int[] FollowerStarts,
        int[] Followers,
        float[] FollowerProbabilities,
        float[] Backoffs,
        int[] BaseTokens,
        float[] BaseProbabilities);

    internal static Ngrams Train(IReadOnlyList<int[]> texts)
    {
        // counts[n]: contexts of n tokens, each with its followers.
        var counts = new Dictionary<ulong, Dictionary<int, int>>[MiniModel.MaxContext + 1];
        for (var order = 0; order < counts.Length; order++)
        {
            counts[order] = Count(texts, order);
        }

        var contexts = new SortedDictionary<ulong, (List<(int Token, float Probability)> Followers, float Backoff)>();
        for (var order = 1; order < counts.Length; order++)
        {
            foreach (var (context, followers) in counts[order])
            {
                contexts[context] = Discounted(followers);
            }
        }

        var common = counts[0][0].OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).Take(BaseSize).ToList();
        var sum = common.Sum(pair => (double)pair.Value);
        var starts = new List<int> { 0 };
        foreach (var (followers, _) in contexts.Values)
        {
            starts.Add(starts[^1] + followers.Count);
        }

        return new(
            [.. contexts.Keys],
            [.. starts],
            [.. contexts.Values.SelectMany(context => context.Followers.Select(follower => follower.Token))],
            [.. contexts.Values.SelectMany(context => context.Followers.Select(follower => follower.Probability))],
            [.. contexts.Values.Select(context => context.Backoff)],
            [.. common.Select(pair => pair.Key)],
            [.. common.Select(pair => (float)(pair.Value / sum))]);
    }

    // In the longest contexts how often a token follows; in shorter ones after how many different tokens the context and it are found,
    // which is what Kneser and Ney saw: a word that only ever follows one word says little elsewhere.
    private static Dictionary<ulong, Dictionary<int, int>> Count(IReadOnlyList<int[]> texts, int order)
    {
        var counts = new Dictionary<ulong, Dictionary<int, int>>();
        var seen = new HashSet<(ulong, int)>();
        foreach (var text in texts)
        {
            for (var at = 0; at < text.Length; at++)
            {
                // Before the first token there is one Begin and no more.
                if (order > at + 1)
                {
                    continue;
                }

                var context = 0ul;
                for (var back = 1; back <= order; back++)
                {
                    context = MiniModel.Extend(context, Before(text, at - back));
                }

                var isDistinct = order == MiniModel.MaxContext || at < order
                    || seen.Add((MiniModel.Extend(context, Before(text, at - order - 1)), text[at]));
                if (isDistinct)
                {
                    if (!counts.TryGetValue(context, out var followers))
                    {
                        counts[context] = followers = [];
                    }

                    followers[text[at]] = followers.GetValueOrDefault(text[at]) + 1;
                }
            }
        }

        return counts;
    }

    private static int Before(int[] text, int at) => at >= 0 ? text[at] : MiniModel.Begin;

    private static (List<(int Token, float Probability)> Followers, float Backoff) Discounted(Dictionary<int, int> followers)
    {
        var total = (double)followers.Values.Sum();
        var kept = followers.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).Take(MaxFollowers)
            .Select(pair => (pair.Key, (float)((pair.Value - Discount) / total)))
            .ToList();
        return (kept, (float)(1 - kept.Sum(follower => (double)follower.Item2)));
    }
}
