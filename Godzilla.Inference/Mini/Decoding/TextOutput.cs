using System.Text;

namespace Godzilla.Inference.Mini.Decoding;

/// <summary>
/// Turns the bytes of tokens into text that may be shown: whole characters only, nothing that may yet become a stop sequence, and nothing
/// from a stop sequence on.
/// </summary>
internal sealed class TextOutput(IReadOnlyList<string> stops)
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly Queue<(int Start, int End, TokenLogprob Logprob)> _logprobs = [];
    private string _held = "";
    private int _shown;

    /// <summary>Whether a stop sequence has been found.</summary>
    internal bool IsStopped { get; private set; }

    /// <summary>Takes a token's bytes, and answers the text that can be shown now; often none.</summary>
    internal string Push(ReadOnlySpan<byte> bytes, TokenLogprob? logprob)
    {
        var start = _shown + _held.Length;
        Span<char> characters = stackalloc char[bytes.Length + 4];
        var count = _decoder.GetChars(bytes, characters, flush: false);
        _held = string.Concat(_held, characters[..count]);
        if (logprob is not null)
        {
            _logprobs.Enqueue((start, _shown + _held.Length, logprob));
        }

        var at = FirstStop();
        if (at >= 0)
        {
            IsStopped = true;
            return Show(at);
        }

        return Show(_held.Length - PossibleStop());
    }

    /// <summary>What was held back, when no token follows. Part of a character is dropped.</summary>
    internal string Finish() => IsStopped ? "" : Show(_held.Length);

    /// <summary>The log probabilities of the tokens whose text has been shown since the last call.</summary>
    internal IReadOnlyList<TokenLogprob> TakeLogprobs()
    {
        var shown = new List<TokenLogprob>();

        // A token that ends in the middle of a character goes with the token that completes it. One that a stop sequence cuts counts as shown.
        while (_logprobs.TryPeek(out var first) && (IsStopped ? first.Start < _shown : first.End <= _shown))
        {
            shown.Add(_logprobs.Dequeue().Logprob);
        }

        return shown;
    }

    private string Show(int length)
    {
        var text = length == _held.Length ? _held : _held[..length];
        _held = length == _held.Length ? "" : _held[length..];
        _shown += length;
        return text;
    }

    // Of the stop sequence that is complete first, however the text came in tokens: another may have begun before it.
    private int FirstStop()
    {
        var (start, end) = (-1, int.MaxValue);
        foreach (var stop in stops)
        {
            var at = _held.IndexOf(stop, StringComparison.Ordinal);
            if (at >= 0 && (at + stop.Length < end || (at + stop.Length == end && at < start)))
            {
                (start, end) = (at, at + stop.Length);
            }
        }

        return start;
    }

    // The length of the longest end of the held text that a stop sequence begins with.
    private int PossibleStop()
    {
        var longest = 0;
        foreach (var stop in stops)
        {
            for (var length = Math.Min(stop.Length - 1, _held.Length); length > longest; length--)
            {
                if (_held.AsSpan(_held.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                {
                    longest = length;
                }
            }
        }

        return longest;
    }
}
