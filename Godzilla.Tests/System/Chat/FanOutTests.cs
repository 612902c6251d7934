using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Tests.System.Chat;

/// <summary>Conversations over two replicas of Chat. The gateways spread connections and requests over them in turn.</summary>
[Collection(ReplicatedSystem.Name)]
public sealed class FanOutTests(ReplicatedApp app)
{
    private const int Connections = 4;

    [Fact]
    public async Task ConnectionsAreOnBothReplicasAndAllGetEveryMessageInTheSameOrder()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        await using var hubs = await Hubs.ConnectAsync(mothra, rodan);

        // Created when everybody is connected already.
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        var receipts = await Task.WhenAll(hubs.All.SelectMany((hub, h) => Enumerable.Range(0, 10).Select(async i =>
        {
            JsonElement receipt = default;
            await Eventually.TrueAsync(async () => (receipt = await TryAsync(hub, discussion, $"{h} {i}")).ValueKind == JsonValueKind.Object, "it is sent");
            return receipt.GetProperty("seq").GetInt64();
        })));

        var expected = Enumerable.Range(1, hubs.All.Count * 10).Select(seq => (long)seq).ToArray();
        Assert.Equal(expected, receipts.Order());
        foreach (var hub in hubs.All)
        {
            await hub.WaitForAsync("message", message => IsIn(discussion, message) && message.GetProperty("seq").GetInt64() == expected[^1]);
            Assert.Equal(expected, Seqs(hub, discussion));
        }

        Assert.Single(hubs.All.Select(hub => string.Join('|', hub.Events("message").Where(message => IsIn(discussion, message)))).Distinct());
        Assert.All(await BothReplicasAsync(discussion, mothra.Name), count => Assert.Equal(expected.Length, count));
    }

    [Fact]
    public async Task WhoComesBackOnAnyReplicaGetsWhatTheyMissedAndThenWhatComes()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await mothra.PostAsync(discussion, "one", "two");
        await using var hubs = await Hubs.ConnectAsync(rodan, rodan);
        await mothra.PostAsync(discussion, "three");
        await mothra.PostAsync(discussion, "four");

        foreach (var hub in hubs.All)
        {
            await hub.WaitForAsync("message", message => IsIn(discussion, message) && message.GetProperty("seq").GetInt64() == 4);
            var joined = await hub.InvokeAsync("Join", discussion, 1, null);
            Assert.Equal((4, true), (joined.GetProperty("seq").GetInt64(), joined.GetProperty("complete").GetBoolean()));
            await hub.WaitForAsync("message", message => IsIn(discussion, message) && message.GetProperty("seq").GetInt64() == 2);
            Assert.Equal([3, 4, 2], Seqs(hub, discussion));
        }

        await mothra.PostAsync(discussion, "five");
        foreach (var hub in hubs.All)
        {
            await hub.WaitForAsync("message", message => IsIn(discussion, message) && message.GetProperty("seq").GetInt64() == 5);
            Assert.Equal([3, 4, 2, 5], Seqs(hub, discussion));
        }
    }

    [Fact]
    public async Task WhatIsReadAtOneConnectionIsReadAtAllOfTheirUsers()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await mothra.PostAsync(discussion, "one", "two");
        await using var hubs = await Hubs.ConnectAsync(rodan, rodan);
        await using var other = await mothra.ConnectAsync();
        await other.WaitForAsync("welcome", _ => true);

        using var read = await rodan.SendAsync(HttpMethod.Put, $"/discussion/{discussion}/read", new { seq = 2 });
        foreach (var hub in hubs.All)
        {
            var position = await hub.WaitForAsync("read", position => IsIn(discussion, position));
            Assert.Equal(2, position.GetProperty("seq").GetInt64());
        }

        // What comes to a connection comes in order.
        await rodan.PostAsync(discussion, "three");
        await other.WaitForAsync("message", message => message.GetProperty("seq").GetInt64() == 3);
        Assert.Empty(other.Events("read"));
    }

    [Fact]
    public async Task ANewConnectionGetsNothingOldThoughTheDiscussionIsRecordedToBeBehind()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await mothra.PostAsync(discussion, "one", "two", "three");

        // As a replica leaves it that dies before it has recorded the newest message.
        var url = new MongoUrl(await app.App.GetConnectionStringAsync("chatdb"));
        using var client = new MongoClient(url);
        var discussions = client.GetDatabase(url.DatabaseName).GetCollection<BsonDocument>("discussions");
        var which = new BsonDocument("_id", ObjectId.Parse(discussion));
        await Eventually.TrueAsync(async () => (await discussions.Find(which).SingleAsync())["seq"] == 3, "the newest message is recorded");
        await discussions.UpdateOneAsync(which, new BsonDocument("$set", new BsonDocument("seq", 1L)));

        await using var hubs = await Hubs.ConnectAsync(rodan, rodan);
        await mothra.PostAsync(discussion, "four");
        foreach (var hub in hubs.All)
        {
            await hub.WaitForAsync("message", message => IsIn(discussion, message) && message.GetProperty("seq").GetInt64() == 4);
            Assert.Equal([4], Seqs(hub, discussion));
        }
    }

    [Fact]
    public async Task ARetryAtTheOtherReplicaIsTheSameMessageAndAnotherTextAConflict()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var discussion = await mothra.CreateDiscussionAsync();
        var ids = new HashSet<string>();
        for (var i = 0; i < 4; i++)
        {
            using var sent = await mothra.Http.PostAsJsonAsync($"/discussion/{discussion}/messages", new[] { new { text = "once", client_id = "c1" } });
            ids.Add((await sent.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("last_message_id").GetString()!);
        }

        Assert.Single(ids);
        using var other = await mothra.Http.PostAsJsonAsync($"/discussion/{discussion}/messages", new[] { new { text = "twice", client_id = "c1" } });
        Assert.Equal("client_id was used for another message", await Envelope.AssertAsync(HttpStatusCode.Conflict, other));
    }

    private static async Task<JsonElement> TryAsync(HubClient hub, string discussion, string text)
    {
        try
        {
            return await hub.InvokeAsync("Send", discussion, text, text);
        }
        catch (Microsoft.AspNetCore.SignalR.HubException)
        {
            // Two replicas wrote at once for too long: a client tries again.
            return default;
        }
    }

    private static bool IsIn(string discussion, JsonElement message) => message.GetProperty("discussion_id").GetString() == discussion;

    private static long[] Seqs(HubClient hub, string discussion) =>
        [.. hub.Events("message").Where(message => IsIn(discussion, message)).Select(message => message.GetProperty("seq").GetInt64())];

    private async Task<IEnumerable<int>> BothReplicasAsync(string discussion, string user)
    {
        var counts = new List<int>();
        foreach (var replica in app.ReplicasOf("chat"))
        {
            using var signing = new SigningHandler("gateway", "chat", user);
            using var chat = new HttpClient(signing);
            var page = await chat.GetFromJsonAsync<JsonElement>(new Uri(replica, $"/discussion/{discussion}/messages?after_seq=0&limit=100"));
            counts.Add(page.GetProperty("messages").GetArrayLength());
        }

        return counts;
    }

    /// <summary>Some connections of two people, over both gateways and so over both replicas.</summary>
    private sealed class Hubs(IReadOnlyList<HubClient> all) : IAsyncDisposable
    {
        public IReadOnlyList<HubClient> All => all;

        public static async Task<Hubs> ConnectAsync(params Person[] people)
        {
            var hubs = new List<HubClient>();
            foreach (var person in Enumerable.Repeat(people, Connections / 2).SelectMany(p => p))
            {
                var hub = await person.ConnectAsync();
                hubs.Add(hub);
                await hub.WaitForAsync("welcome", _ => true);
            }

            return new Hubs(hubs);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var hub in all)
            {
                await hub.DisposeAsync();
            }
        }
    }
}
