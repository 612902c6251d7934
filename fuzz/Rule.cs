namespace Godzilla.Fuzz;

/// <summary>What must hold whatever comes.</summary>
internal static class Rule
{
    /// <exception cref="BrokenRuleException">It does not hold.</exception>
    public static void Holds(bool condition, string rule)
    {
        if (!condition)
        {
            throw new BrokenRuleException(rule);
        }
    }
}

/// <summary>A parser accepted an input and gave something wrong for it.</summary>
internal sealed class BrokenRuleException(string rule) : Exception(rule);
