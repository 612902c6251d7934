namespace Godzilla.Tests;

/// <summary>
/// What a busy machine may add to a time that is promised, such as "within a second". A test that allows for it still notices when the next
/// slower way leads to the same result; the benches measure how long it really takes.
/// </summary>
internal static class Slack
{
    public static readonly TimeSpan OfTheMachine = TimeSpan.FromSeconds(4);

    /// <summary>A second, and the machine's slack.</summary>
    public static readonly TimeSpan Second = TimeSpan.FromSeconds(1) + OfTheMachine;
}
