using Godzilla.Inference.Mini.Model;

namespace Godzilla.Inference.Mini.Decoding;

/// <summary>
/// The language model over one text: an n-gram model, and over it what the texts that support the answer say. The further the answer and a
/// supporting text agree, the more that text decides.
/// </summary>
internal sealed class TextModel
{
    private readonly MiniModel _model;
    private readonly IReadOnlyList<Support> _supports;
    private readonly int[] _tail = [MiniModel.Begin, -1, -1, -1];
    private int _length;

    internal TextModel(MiniModel model, IReadOnlyList<Support> supports)
    {
        _model = model;
        _supports = supports;
    }

    /// <summary>How many tokens the text has.</summary>
    internal int Length => _length;

    /// <summary>Adds the candidates for the next token; their masses sum to at most <paramref name="share"/>.</summary>
    internal void Predict(TokenMasses masses, float share)
    {
        var (longest, total) = (0, 0f);
        foreach (var support in _supports)
        {
            longest = Math.Max(longest, support.Longest);
            total += support.Total;
        }

        var supported = longest switch
        {
            0 => 0,
            1 => 0.6f,
            2 => 0.96f,
            3 => 0.99f,
            _ => 0.997f,
        };
        if (supported > 0)
        {
            foreach (var support in _supports)
            {
                support.Vote(masses, share * supported / total);
            }
        }

        AddNgrams(masses, share * (1 - supported));
    }

    internal void Advance(int token)
    {
        foreach (var support in _supports)
        {
            support.Advance(token);
        }

        _tail.AsSpan(0, _tail.Length - 1).CopyTo(_tail.AsSpan(1));
        _tail[0] = token;
        _length++;
    }

    private void AddNgrams(TokenMasses masses, float share)
    {
        Span<ulong> contexts = stackalloc ulong[MiniModel.MaxContext];
        var count = 0;
        for (var hash = 0ul; count < contexts.Length && _tail[count] >= 0; count++)
        {
            hash = MiniModel.Extend(hash, _tail[count]);
            contexts[count] = hash;
        }

        while (count > 0)
        {
            var context = Array.BinarySearch(_model.Contexts, contexts[--count]);
            if (context < 0)
            {
                continue;
            }

            for (var at = _model.FollowerStarts[context]; at < _model.FollowerStarts[context + 1]; at++)
            {
                masses.Add(_model.Followers[at], share * _model.FollowerProbabilities[at]);
            }

            share *= _model.Backoffs[context];
        }

        for (var at = 0; at < _model.BaseTokens.Length; at++)
        {
            masses.Add(_model.BaseTokens[at], share * _model.BaseProbabilities[at]);
        }
    }
}
