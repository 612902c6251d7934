using System.Diagnostics;

namespace Godzilla.Fuzz;

/// <summary>What a target was given, and what came of it.</summary>
/// <param name="Inputs">How many.</param>
/// <param name="Branches">See <see cref="Coverage.Count"/>.</param>
/// <param name="Kept">How many inputs found a branch, the corpus included.</param>
/// <param name="Finding">The first input that broke something.</param>
internal sealed record FuzzResult(long Inputs, int Branches, int Kept, Finding? Finding);

/// <summary>An input that broke something.</summary>
internal sealed record Finding(byte[] Input, Exception Exception);

/// <summary>
/// Feeds a target with its corpus, and then with changed inputs. An input that takes a new branch is kept, and changed in its turn. SharpFuzz
/// instruments the code for AFL and libFuzzer, which run in processes of their own and must be compiled; this runs wherever .NET does.
/// </summary>
internal sealed class Fuzzer(Target target, Coverage coverage, LastInput last, Random random)
{
    private readonly List<byte[]> _kept = [];

    /// <param name="corpus">Inputs that are known to matter.</param>
    /// <param name="time">How long it goes on after the corpus.</param>
    public FuzzResult Run(IReadOnlyList<byte[]> corpus, TimeSpan time)
    {
        var mutator = new Mutator(random, target.Words);
        var inputs = 0L;
        foreach (var input in corpus)
        {
            inputs++;
            if (Feed(input) is { } exception)
            {
                return Result(new Finding(input, exception));
            }

            _kept.Add(input);
        }

        for (var begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin) < time;)
        {
            inputs++;
            var input = mutator.Mutate(Pick(), Pick());
            if (Feed(input, out var isNew) is { } exception)
            {
                return Result(new Finding(Shorten(input, exception), exception));
            }

            if (isNew)
            {
                _kept.Add(input);
            }
        }

        return Result(finding: null);

        FuzzResult Result(Finding? finding) => new(inputs, coverage.Count, _kept.Count, finding);
    }

    // Half of the time one of the newest, which is where there may be more to find.
    private byte[] Pick() => _kept[random.Next(2) == 0 ? random.Next(_kept.Count) : Math.Max(0, _kept.Count - 1 - random.Next(16))];

    private Exception? Feed(byte[] input) => Feed(input, out _);

    private Exception? Feed(byte[] input, out bool isNew)
    {
        last.Begin(input);
        Coverage.Begin();
        try
        {
            target.Feed(input);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
        finally
        {
            isNew = coverage.End();
            last.End();
        }
    }

    private byte[] Shorten(byte[] input, Exception exception)
    {
        for (var length = input.Length / 2; length > 0; length /= 2)
        {
            for (var at = 0; at + length <= input.Length;)
            {
                byte[] shorter = [.. input[..at], .. input[(at + length)..]];
                if (Feed(shorter) is { } other && Where(other) == Where(exception))
                {
                    input = shorter;
                }
                else
                {
                    at += length;
                }
            }
        }

        return input;
    }

    private static (Type Type, string? Place) Where(Exception exception) => (exception.GetType(), exception.StackTrace?.Split('\n')[0]);
}
