using Godzilla.Inference.Mini.Model;

namespace Godzilla.Inference.Mini.Decoding;

/// <summary>
/// Draws tokens: penalties and bias move the logits, temperature and top_p shape the distribution, and what is drawn from is what log
/// probabilities are given of. With temperature 0 the likeliest token is taken, and log probabilities are those of temperature 1.
/// </summary>
internal sealed class Sampler(MiniModel model, SamplingOptions options, long? seed)
{
    /// <summary>What OpenAI's API gives for a token that is not drawn at all.</summary>
    private const double Impossible = -9999;

    /// <summary>The mass of a token that only a bias makes a candidate.</summary>
    internal const float Floor = 1e-9f;

    private readonly Dictionary<int, int>? _counts = options.HasPenalties ? [] : null;
    private SeededRandom _random = new(seed);

    /// <summary>Draws from the candidates; the log probability only if asked for.</summary>
    internal (int Token, TokenLogprob? Logprob) Draw(TokenMasses masses)
    {
        var count = masses.Count;
        var tokens = masses.Tokens;
        Span<double> weights = count <= 1024 ? stackalloc double[count] : new double[count];
        var best = Logits(masses, weights);
        if (options.Temperature <= 0)
        {
            var logprob = options.WantsLogprobs ? Greedy(tokens, weights, best) : null;
            return (Count(tokens[best]), logprob);
        }

        var highest = weights[best];
        var sum = 0.0;
        for (var at = 0; at < count; at++)
        {
            weights[at] = Math.Exp((weights[at] - highest) / options.Temperature);
            sum += weights[at];
        }

        if (options.TopP < 1)
        {
            sum = CutNucleus(weights, sum);
        }

        var rest = _random.Next() * sum;
        var drawn = best;
        for (var at = 0; at < count; at++)
        {
            if (weights[at] > 0)
            {
                drawn = at;
                rest -= weights[at];
                if (rest < 0)
                {
                    break;
                }
            }
        }

        var described = options.WantsLogprobs ? Describe(tokens, weights, sum, drawn) : null;
        return (Count(tokens[drawn]), described);
    }

    // Fills in the logits and answers the place of the highest; of equals, the token with the lowest id, whatever the order.
    private int Logits(TokenMasses masses, Span<double> logits)
    {
        var best = 0;
        var hasBias = options.Bias.Count > 0;
        for (var at = 0; at < logits.Length; at++)
        {
            var token = masses.Tokens[at];
            var logit = masses.Masses[at] > 0 ? Math.Log(masses.Masses[at]) : double.NegativeInfinity;
            if (hasBias && options.Bias.TryGetValue(token, out var bias))
            {
                logit += bias;
            }

            if (_counts is not null && _counts.TryGetValue(token, out var times))
            {
                logit -= (options.FrequencyPenalty * times) + options.PresencePenalty;
            }

            logits[at] = logit;
            if (logit > logits[best] || (logit == logits[best] && token < masses.Tokens[best]))
            {
                best = at;
            }
        }

        return best;
    }

    // Keeps the fewest of the likeliest whose sum reaches top_p of the whole.
    private double CutNucleus(Span<double> weights, double sum)
    {
        Span<double> sorted = weights.Length <= 1024 ? stackalloc double[weights.Length] : new double[weights.Length];
        weights.CopyTo(sorted);
        sorted.Sort();
        var kept = 0.0;
        var threshold = 0.0;
        for (var at = sorted.Length - 1; at >= 0; at--)
        {
            kept += sorted[at];
            threshold = sorted[at];
            if (kept >= options.TopP * sum)
            {
                break;
            }
        }

        kept = 0;
        foreach (ref var weight in weights)
        {
            weight = weight >= threshold ? weight : 0;
            kept += weight;
        }

        return kept;
    }

    private int Count(int token)
    {
        if (_counts is not null)
        {
            _counts[token] = _counts.GetValueOrDefault(token) + 1;
        }

        return token;
    }

    private TokenLogprob Greedy(ReadOnlySpan<int> tokens, Span<double> logits, int best)
    {
        var (highest, sum) = (logits[best], 0.0);
        foreach (ref var logit in logits)
        {
            logit = Math.Exp(logit - highest);
            sum += logit;
        }

        return Describe(tokens, logits, sum, best);
    }

    private TokenLogprob Describe(ReadOnlySpan<int> tokens, ReadOnlySpan<double> weights, double sum, int drawn)
    {
        var top = new List<TokenLogprob>();
        if (options.TopLogprobs > 0)
        {
            // The end of the text has no bytes to show.
            var places = new List<int>();
            for (var at = 0; at < weights.Length; at++)
            {
                if (tokens[at] != MiniModel.End && weights[at] > 0)
                {
                    places.Add(at);
                }
            }

            var copy = weights.ToArray();
            var ids = tokens.ToArray();
            places.Sort((one, other) => copy[one] != copy[other] ? copy[other].CompareTo(copy[one]) : ids[one].CompareTo(ids[other]));
            top.AddRange(places.Take(options.TopLogprobs).Select(at => Logprob(ids[at], copy[at] / sum, [])));
        }

        return Logprob(tokens[drawn], weights[drawn] / sum, top);
    }

    private TokenLogprob Logprob(int token, double probability, IReadOnlyList<TokenLogprob> top) =>
        new(token, model.Bytes(token), probability > 0 ? Math.Max(Math.Log(probability), Impossible) : Impossible, top);
}
