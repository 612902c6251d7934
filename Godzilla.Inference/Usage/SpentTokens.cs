using System.Runtime.InteropServices;

namespace Godzilla.Inference.Usage;

/// <summary>What a request has used in the end.</summary>
/// <param name="Prompt">Tokens of the prompt, those that were cached included.</param>
/// <param name="Completion">Tokens that were generated.</param>
/// <param name="Cached">Tokens of the prompt that came from a cache.</param>
/// <param name="MicroDollars">What they cost; 1 USD is 1,000,000.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SpentTokens(int Prompt, int Completion, int Cached, long MicroDollars);
