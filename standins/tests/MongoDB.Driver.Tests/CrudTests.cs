using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;
using MongoDB.Driver;

namespace Godzilla.StandIns.Tests;

public sealed class CrudTests : IDisposable
{
    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task WhatIsInsertedIsFound()
    {
        var users = _store.Collection<User>("users");
        var mothra = new User { Username = "mothra", Age = 3 };
        await users.InsertOneAsync(mothra);

        var found = await users.Find(u => u.Username == "mothra").SingleOrDefaultAsync();

        Assert.NotEqual(ObjectId.Empty, mothra.Id);
        Assert.Equal(mothra.Id, found.Id);
        Assert.Equal(3, found.Age);
        Assert.Null(await users.Find(u => u.Username == "rodan").FirstOrDefaultAsync());
        Assert.True(await users.Find(u => u.Age > 2).AnyAsync());
        Assert.Equal(1, await users.CountDocumentsAsync(u => u.Age >= 3));
    }

    [Fact]
    public async Task UniqueIndexRefusesASecondKey()
    {
        var users = _store.Collection<User>("users");
        await users.Indexes.CreateOneAsync(new CreateIndexModel<User>(
            Builders<User>.IndexKeys.Ascending(u => u.Username), new CreateIndexOptions { Unique = true }));
        await users.InsertOneAsync(new User { Username = "mothra" });

        var refused = await Assert.ThrowsAsync<MongoWriteException>(() => users.InsertOneAsync(new User { Username = "mothra" }));

        Assert.Equal(ServerErrorCategory.DuplicateKey, refused.WriteError.Category);
        Assert.Equal(11000, refused.WriteError.Code);
        Assert.Equal(1, await users.CountDocumentsAsync(FilterDefinition<User>.Empty));
    }

    [Fact]
    public async Task FindOneAndUpdateCountsWithoutGaps()
    {
        var users = _store.Collection<User>("users");
        var options = new FindOneAndUpdateOptions<User> { IsUpsert = true, ReturnDocument = ReturnDocument.After };
        var ages = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
            (await users.FindOneAndUpdateAsync(u => u.Username == "a", Builders<User>.Update.Inc(u => u.Age, 1), options)).Age));

        Assert.Equal(Enumerable.Range(1, 50), ages.Order());
    }

    [Fact]
    public async Task InsertManyStopsAtTheFirstRefusal()
    {
        var numbers = _store.Collection<BsonDocument>();
        var refused = await Assert.ThrowsAsync<MongoBulkWriteException<BsonDocument>>(() => numbers.InsertManyAsync(
            new[] { 1, 2, 2, 3 }.Select(n => new BsonDocument("_id", n))));

        Assert.Equal(2, refused.Result.InsertedCount);
        Assert.Equal(2, Assert.Single(refused.WriteErrors).Index);
        Assert.Equal(11000, refused.WriteErrors[0].Code);
        Assert.Single(refused.UnprocessedRequests);
        Assert.Equal(2, await numbers.CountDocumentsAsync(new BsonDocument()));

        refused = await Assert.ThrowsAsync<MongoBulkWriteException<BsonDocument>>(() => numbers.InsertManyAsync(
            new[] { 3, 2, 4 }.Select(n => new BsonDocument("_id", n)), new InsertManyOptions { IsOrdered = false }));
        Assert.Equal(2, refused.Result.InsertedCount);
        Assert.Equal(4, await numbers.CountDocumentsAsync(new BsonDocument()));
    }

    private sealed class User
    {
        public ObjectId Id { get; set; }

        [BsonElement("username")]
        public string Username { get; set; } = "";

        [BsonElement("age")]
        public int Age { get; set; }
    }
}
