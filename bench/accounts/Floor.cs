using System.Diagnostics;
using Godzilla.Accounts.Passwords;

namespace Accounts.Bench;

/// <summary>What the hash alone allows: the same hash on as many threads as the service has for it, and nothing else.</summary>
internal static class Floor
{
    internal static double Measure(TimeSpan duration)
    {
        var hash = new PasswordHash(Microsoft.Extensions.Options.Options.Create(new PasswordOptions()));
        var count = 0L;
        var started = Stopwatch.GetTimestamp();
        var threads = Enumerable.Range(0, Math.Max(1, Environment.ProcessorCount - 1)).Select(_ => new Thread(() =>
        {
            while (Stopwatch.GetElapsedTime(started) < duration)
            {
                hash.Verify(user: null, Client.Password);
                Interlocked.Increment(ref count);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
