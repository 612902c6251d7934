using System.Diagnostics;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Chat.Bench;

/// <summary>Messages stored and acknowledged a second, beside what the store itself takes from as many callers.</summary>
internal sealed class Sends(Options options, string folder, Results results)
{
    private static readonly int[] Senders = [1, 16, 64];
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Func<int, string>> _rooms = new(StringComparer.Ordinal)
    {
        ["lobby"] = _ => "lobby",
        ["one discussion"] = _ => Godzilla.Discussion(0),
        [Results.RoomEach] = sender => Godzilla.Discussion(1 + sender),
    };

    internal async Task MeasureAsync()
    {
        var users = Enumerable.Range(0, Senders.Max()).Select(Godzilla.User).ToArray();
        await using var godzilla = await Godzilla.StartAsync(folder, build: null, [users, .. users.Select(user => new[] { user })]);
        var candidate = new Candidate("godzilla-signalr", new SignalR(), godzilla.Chat, godzilla);
        using var clients = new Clients();
        using var store = new MongoClient(godzilla.Store);
        var documents = await PrepareAsync(store);
        var crowd = new Crowd(clients, candidate);
        foreach (var senders in Senders)
        {
            crowd.Grow(senders);
            Action<TimeSpan, bool>[] runs =
            [
                .. _rooms.Select(room => (Action<TimeSpan, bool>)((duration, counts) => Note(counts, senders, room.Key, crowd.SendAcknowledged(room.Value, duration)))),
                (duration, counts) => Note(counts, senders, Results.Store, Insert(documents, senders, duration)),
            ];
            foreach (var run in runs)
            {
                run(WarmUp, false);
            }

            for (var round = 0; round < options.Rounds; round++)
            {
                foreach (var run in runs.OrderBy(_ => Random.Shared.Next()))
                {
                    run(options.Duration, true);
                }
            }
        }
    }

    private void Note(bool counts, int senders, string where, double perSecond)
    {
        if (counts)
        {
            results.AddSends(senders, where, perSecond);
        }
    }

    // With the indexes that messages have.
    private static async Task<IMongoCollection<BsonDocument>> PrepareAsync(MongoClient store)
    {
        var documents = store.GetDatabase("bench").WithWriteConcern(WriteConcern.WMajority.With(journal: true)).GetCollection<BsonDocument>("messages");
        await documents.Indexes.CreateManyAsync(
        [
            new(new BsonDocument { { "discussion_id", 1 }, { "seq", 1 } }, new CreateIndexOptions { Unique = true }),
            new(new BsonDocument { { "discussion_id", 1 }, { "user_id", 1 }, { "client_id", 1 } }, new CreateIndexOptions { Unique = true }),
        ]);
        return documents;
    }

    private static double Insert(IMongoCollection<BsonDocument> documents, int callers, TimeSpan duration)
    {
        var (count, started) = (0L, Stopwatch.GetTimestamp());
        Task.WhenAll(Enumerable.Range(0, callers).Select(async caller =>
        {
            for (var discussion = ObjectId.GenerateNewId(); Stopwatch.GetElapsedTime(started) < duration;)
            {
                var number = Interlocked.Increment(ref count);
                await documents.InsertOneAsync(new BsonDocument
                {
                    { "discussion_id", discussion },
                    { "seq", number },
                    { "user_id", Godzilla.User(caller) },
                    { "text", Connection.Text(number) },
                    { "client_id", $"bench-{number}" },
                    { "created_at", DateTime.UtcNow },
                });
            }
        })).GetAwaiter().GetResult();
        return count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
