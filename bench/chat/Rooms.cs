using System.Diagnostics;

namespace Chat.Bench;

/// <summary>One room at each candidate, all new: memory, saturation, and rates.</summary>
internal sealed class Rooms(Options options, string folder, Results results)
{
    /// <summary>How many messages are under way at saturation.</summary>
    internal static readonly int[] Windows = [8, 1];

    /// <summary>Messages a second.</summary>
    internal static readonly int[] Rates = [20, 80];

    /// <summary>The size at which rates are measured.</summary>
    internal const int RatedSize = 500;

    // .NET compiles what is called often again, for seconds and on the processors that the load needs.
    private const string Compiler = ".NET Tiered Com";
    private const double QuietCompiler = 0.05;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxWarmUp = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    /// <param name="sizes">How many connections the room has, one after the other, the smallest first.</param>
    internal async Task MeasureAsync(params IReadOnlyList<int> sizes)
    {
        using var clients = new Clients();
        var candidates = await Task.WhenAll(StartAll());
        try
        {
            var rooms = candidates.Select(candidate => (candidate, new Crowd(clients, candidate))).ToArray();
            foreach (var size in sizes)
            {
                Measure(size, clients, rooms);
            }
        }
        finally
        {
            foreach (var candidate in candidates)
            {
                await candidate.DisposeAsync();
            }
        }
    }

    private void Measure(int size, Clients clients, IReadOnlyList<(Candidate Candidate, Crowd Crowd)> rooms)
    {
        foreach (var (candidate, crowd) in rooms)
        {
            var start = candidate.Server.ResidentBytes();
            crowd.Grow(size);
            clients.PollFor(Settling);
            results.AddMemory(size, candidate.Name, start, candidate.Server.ResidentBytes());
        }

        foreach (var (candidate, crowd) in rooms)
        {
            Prepare(candidate, crowd);
        }

        using var bare = new BareSockets(size);
        for (var round = 0; round < options.Rounds; round++)
        {
            if (options.Measures("rooms"))
            {
                results.Add(size, "1 under way", BareSockets.Name, bare.Saturate(options.Duration));
            }

            foreach (var window in Windows.Where(_ => options.Measures("rooms")))
            {
                // The machine's speed drifts, so each round has all, in another order.
                foreach (var (candidate, crowd) in rooms.OrderBy(_ => Random.Shared.Next()))
                {
                    results.Add(size, $"{window} under way", candidate.Name, crowd.Saturate(window, options.Duration));
                }
            }

            foreach (var rate in Rates.Where(_ => size == RatedSize && options.Measures("rates")))
            {
                foreach (var (candidate, crowd) in rooms.OrderBy(_ => Random.Shared.Next()))
                {
                    results.Add(size, $"{rate} messages/s", candidate.Name, crowd.Send(rate, options.Duration));
                }
            }
        }

        foreach (var (candidate, _) in rooms)
        {
            results.AddLoadedMemory(size, candidate.Name, candidate.Server.ResidentBytes());
        }
    }

    private static void Prepare(Candidate candidate, Crowd crowd)
    {
        var started = Stopwatch.GetTimestamp();
        double compiled;
        do
        {
            var before = candidate.Server.ProcessorTime(Compiler);
            Array.ForEach(Windows, window => crowd.Saturate(window, WarmUp / Windows.Length));
            compiled = (candidate.Server.ProcessorTime(Compiler) - before) / WarmUp;
        }
        while (compiled > QuietCompiler && Stopwatch.GetElapsedTime(started) < MaxWarmUp);
    }

    private IEnumerable<Task<Candidate>> StartAll()
    {
        foreach (var (name, build) in new[] { ("godzilla", null), ("other", options.Beside) }.Where(build => build is ("godzilla", _) or (_, not null)))
        {
            foreach (var (protocol, speech) in new (string, Protocol)[] { ("signalr", new SignalR()), ("socketio", new SocketIo()) })
            {
                if (options.Runs($"{name}-{protocol}"))
                {
                    yield return StartAsync($"{name}-{protocol}", speech, build);
                }
            }
        }

        if (options.Runs(Candidate.Reference))
        {
            yield return StartFastifyAsync();
        }
    }

    private async Task<Candidate> StartAsync(string name, Protocol protocol, string? build)
    {
        var godzilla = await Godzilla.StartAsync(folder, build);
        return new Candidate(name, protocol, godzilla.Chat, godzilla);
    }

    private async Task<Candidate> StartFastifyAsync() => new(Candidate.Reference, new SocketIo(), await Fastify.StartAsync(folder));
}
