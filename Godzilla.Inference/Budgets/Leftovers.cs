using Godzilla.Inference.Usage;

namespace Godzilla.Inference.Budgets;

/// <summary>What processes that died have left behind.</summary>
/// <param name="Epoch">The epoch of this part.</param>
/// <param name="Age">For how long it has lasted.</param>
/// <param name="Ended">Reservations whose lease has run out.</param>
/// <param name="Unwritten">Usage that nobody has written yet.</param>
internal sealed record Leftovers(string Epoch, TimeSpan Age, IReadOnlyList<Entry> Ended, IReadOnlyList<UsageRecord> Unwritten);
