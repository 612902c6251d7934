using System.Runtime.InteropServices;

namespace Godzilla.Inference.Budgets;

/// <summary>An amount that counts against budgets.</summary>
/// <param name="Tokens">Tokens of prompt and completion together.</param>
/// <param name="MicroDollars">Money; 1 USD is 1,000,000.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Spend(long Tokens, long MicroDollars);
