using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Gateway.Bench;

namespace Inference.Bench;

/// <summary>Thousands of streams that are open at once through the gateway and Inference, and the memory of both.</summary>
internal static class Streams
{
    private const int Openers = 32;
    private const double MiB = 1024 * 1024;
    private static readonly TimeSpan OpenLimit = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(Options options)
    {
        var folder = Directory.CreateTempSubdirectory("inference-bench-").FullName;
        try
        {
            await using var upstream = await Upstream.StartAsync(folder);
            await using var godzilla = await Godzilla.StartAsync(folder, upstream);
            Server[] servers = [godzilla.Gateway, godzilla.Inference];
            var idle = servers.Select(server => server.ResidentBytes()).ToArray();
            using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, ActivityHeadersPropagator = null })
            {
                BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{godzilla.Gateway.Port}")),
                DefaultRequestHeaders = { { "Authorization", $"Bearer {godzilla.Key}" } },
                Timeout = Timeout.InfiniteTimeSpan,
            };

            using var end = new CancellationTokenSource();
            var events = new int[options.Streams];
            var (started, streams) = (Stopwatch.GetTimestamp(), new ConcurrentBag<Task>());
            using var limit = new CancellationTokenSource(OpenLimit);
            await Parallel.ForAsync(0, options.Streams, new ParallelOptions { MaxDegreeOfParallelism = Openers, CancellationToken = limit.Token }, async (number, cancellationToken) =>
            {
                var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                streams.Add(ReadAsync(http, events, number, opened, end.Token));
                await opened.Task.WaitAsync(cancellationToken);
            });
            var opening = Stopwatch.GetElapsedTime(started);

            // Each is alive: it has got its share of what has dripped since all are open.
            var before = events.ToArray();
            await Task.Delay(3 * Upstream.DripEvery, CancellationToken.None);
            var least = events.Zip(before, (now, then) => now - then).Min();
            var resident = servers.Select(server => server.ResidentBytes()).ToArray();
            var peak = servers.Select(server => server.PeakResidentBytes()).ToArray();
            if (streams.Any(stream => stream.IsCompleted))
            {
                throw new InvalidOperationException($"{streams.Count(stream => stream.IsCompleted)} streams have ended: {streams.First(stream => stream.IsCompleted).Exception?.InnerException?.Message}");
            }

            await end.CancelAsync();
            await Task.WhenAll(streams).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{options.Streams} streams were opened in {opening.TotalSeconds:N1} s, {Openers} at once; then each got at least {least} events in {3 * Upstream.DripEvery.TotalSeconds:N0} s."));
            Console.WriteLine("\n| process | MiB at the start | with all streams | at most |\n|---|---|---|---|");
            foreach (var (name, at) in new[] { ("gateway", 0), ("inference", 1) })
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {idle[at] / MiB:N0} | {resident[at] / MiB:N0} | {peak[at] / MiB:N0} |"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| both | {idle.Sum() / MiB:N0} | {resident.Sum() / MiB:N0} | {peak.Sum() / MiB:N0} |"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task ReadAsync(HttpClient http, int[] events, int number, TaskCompletionSource opened, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
            {
                Content = JsonContent.Create(new { model = Upstream.Dripping, messages = new[] { new { role = "user", content = "What is Godzilla?" } }, max_tokens = 100, stream = true }),
            };
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            response.EnsureSuccessStatusCode();
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
            while (await lines.ReadLineAsync(cancellationToken) is { } line)
            {
                if (line.StartsWith("data: {\"id\"", StringComparison.Ordinal))
                {
                    events[number]++;
                    opened.TrySetResult();
                }
            }
        }
        catch (Exception exception)
        {
            opened.TrySetException(exception);
            throw;
        }
    }
}
