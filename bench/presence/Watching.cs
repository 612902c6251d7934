using System.Diagnostics;
using Godzilla.Presence.V1;

namespace Presence.Bench;

/// <summary>How many changes a second reach a hundred watchers, all of them.</summary>
internal static class Watching
{
    private const int Watchers = 100;
    private const int Writers = 16;

    /// <returns>Changes a second that every watcher got, while writers change typing as fast as they are answered.</returns>
    internal static async Task<double> MeasureAsync(Candidate candidate, int seconds)
    {
        using var channel = candidate.Channel();
        var client = new PresenceService.PresenceServiceClient(channel);
        using var end = new CancellationTokenSource();
        var counts = new long[Watchers];
        var watching = Enumerable.Range(0, Watchers).Select(number => WatchAsync(client, number, counts, end.Token)).ToArray();
        var started = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var isTyping = true; started.Elapsed.TotalSeconds < seconds; isTyping = !isTyping)
            {
                await client.SetTypingAsync(new SetTypingRequest { Username = $"user{writer}", DiscussionId = "d1", IsTyping = isTyping });
            }
        }));
        var least = counts.Min();
        var elapsed = started.Elapsed;
        await end.CancelAsync();
        await Task.WhenAll(watching);
        return least / elapsed.TotalSeconds;
    }

    private static async Task WatchAsync(PresenceService.PresenceServiceClient client, int number, long[] counts, CancellationToken end)
    {
        using var call = client.Watch(new WatchRequest(), cancellationToken: end);
        try
        {
            while (await call.ResponseStream.MoveNext(end))
            {
                counts[number] += call.ResponseStream.Current.Typing.Count + call.ResponseStream.Current.Stopped.Count;
            }
        }
        catch (Grpc.Core.RpcException) when (end.IsCancellationRequested)
        {
            // The end.
        }
    }
}
