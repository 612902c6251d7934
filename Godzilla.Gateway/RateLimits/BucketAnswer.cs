using System.Runtime.InteropServices;

namespace Godzilla.Gateway.RateLimits;

/// <summary>What a bucket gave.</summary>
/// <param name="Taken">How many tokens of those that were wanted.</param>
/// <param name="Left">How many it has left; negative while it is in debt.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BucketAnswer(int Taken, double Left);
