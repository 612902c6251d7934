namespace Godzilla.Inference.Budgets;

/// <summary>How a reservation ends.</summary>
internal enum FinishMode
{
    /// <summary>What was spent takes the place of the worst case.</summary>
    Settle,

    /// <summary>All is given back but the request.</summary>
    Cancel,

    /// <summary>All is given back, the request too: nobody was told that it is admitted.</summary>
    Withdraw,

    /// <summary>The lease has run out: the worst case is spent.</summary>
    Expire,
}
