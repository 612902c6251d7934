namespace Godzilla.Inference.Budgets;

/// <summary>What Redis says to a request.</summary>
internal abstract record ReserveAnswer
{
    /// <summary>It is admitted.</summary>
    public sealed record Admitted(Entry Entry, BudgetState State) : ReserveAnswer;

    /// <summary>A limit does not allow it.</summary>
    public sealed record Refused(BudgetExceededException Reason) : ReserveAnswer;

    /// <summary>What was spent in this month is not known.</summary>
    public sealed record Cold(string Month) : ReserveAnswer;

    /// <summary>Redis has lost its memory, and what is reserved is not known yet.</summary>
    public sealed record Wait : ReserveAnswer;
}
