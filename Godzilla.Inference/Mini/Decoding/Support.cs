namespace Godzilla.Inference.Mini.Decoding;

/// <summary>
/// A text that the answer may follow: what the model knows about the question, or a part of the prompt. It votes for the token that comes
/// after the longest stretch that the answer and it have in common.
/// </summary>
internal sealed class Support
{
    /// <summary>How far back a stretch is compared.</summary>
    private const int MaxMatch = 24;

    /// <summary>What the beginning of the text counts as while nothing has been generated.</summary>
    private const int Anchor = 4;

    private readonly ReadOnlyMemory<int> _tokens;
    private readonly byte[] _matches;
    private readonly float _weight;

    /// <summary>A text whose votes count <paramref name="weight"/> beside those of others.</summary>
    internal Support(ReadOnlyMemory<int> tokens, float weight)
    {
        _tokens = tokens;
        _weight = weight;
        _matches = new byte[tokens.Length];
        _matches[0] = Anchor;
    }

    /// <summary>The longest stretch that ends where the answer does; 0 if the text has nothing to say.</summary>
    internal int Longest
    {
        get
        {
            var longest = 0;
            foreach (var match in _matches)
            {
                longest = Math.Max(longest, match);
            }

            return longest;
        }
    }

    /// <summary>What all its votes count together.</summary>
    internal float Total
    {
        get
        {
            var total = 0f;
            foreach (var match in _matches)
            {
                total += match == 0 ? 0 : Strength(match);
            }

            return total;
        }
    }

    /// <summary>Adds the votes, scaled.</summary>
    internal void Vote(TokenMasses masses, float scale)
    {
        var tokens = _tokens.Span;
        for (var at = 0; at < _matches.Length; at++)
        {
            if (_matches[at] > 0)
            {
                masses.Add(tokens[at], scale * Strength(_matches[at]));
            }
        }
    }

    internal void Advance(int token)
    {
        var tokens = _tokens.Span;
        for (var at = _matches.Length - 1; at > 0; at--)
        {
            _matches[at] = tokens[at - 1] == token ? (byte)Math.Min(_matches[at - 1] + 1, MaxMatch) : (byte)0;
        }

        _matches[0] = 0;
    }

    private float Strength(int match) => _weight * match * match * match;
}
