using System.Runtime.InteropServices;

namespace Godzilla.Inference.Budgets;

/// <summary>A limit a minute, for <c>x-ratelimit-*</c>.</summary>
/// <param name="Limit">How many are allowed in a minute.</param>
/// <param name="Remaining">How many are left.</param>
/// <param name="Reset">How long until all are there again, if nothing else is used.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RateState(long Limit, long Remaining, TimeSpan Reset);

/// <summary>
/// The limits a minute as a request found them. Of the key's and the user's it is the one with less left; <see langword="null"/> where
/// neither has a limit.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BudgetState(RateState? Requests, RateState? Tokens);
