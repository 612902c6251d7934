namespace Godzilla.Cli.Chat.Server;

/// <summary>How long to wait before an attempt. The jitter keeps the clients of a server that restarts from coming all at once.</summary>
internal static class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    /// <param name="failures">How many attempts failed; 0 after a connection that worked.</param>
    /// <param name="random">From 0 to 1.</param>
    /// <returns>Half to all of 0.5 s, 1 s, 2 s and so on up to 15 s.</returns>
    public static TimeSpan Before(int failures, double random)
    {
        var longest = Math.Min(First.TotalSeconds * Math.Pow(2, Math.Min(failures, 10)), Longest.TotalSeconds);
        return TimeSpan.FromSeconds(longest * (0.5 + (random / 2)));
    }
}
