namespace Godzilla.Inference.Mini;

/// <summary>The log probability of one generated token, in the distribution that it was drawn from.</summary>
/// <param name="Token">Its id in the o200k vocabulary.</param>
/// <param name="Bytes">Its bytes; a character may be spread over several tokens.</param>
/// <param name="Logprob">The natural logarithm of its probability.</param>
/// <param name="Top">The likeliest tokens at this place, best first; empty unless asked for. Their own lists are empty.</param>
internal sealed record TokenLogprob(int Token, ReadOnlyMemory<byte> Bytes, double Logprob, IReadOnlyList<TokenLogprob> Top);
