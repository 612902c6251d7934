using Godzilla.Chat.Discussions;
using Godzilla.ServiceDefaults.Errors;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Chat.Blocks;

/// <summary>What users have blocked, in <c>chatdb.blocks</c>.</summary>
internal sealed class BlockStore(IMongoDatabase database)
{
    private static readonly FilterDefinitionBuilder<Block> Where = Builders<Block>.Filter;

    private readonly IMongoCollection<Block> _blocks = database.GetCollection<Block>("blocks");
    private Task? _index;

    /// <summary>Adds a block; one that there is already is no error.</summary>
    public async Task AddAsync(string username, string target)
    {
        await EnsureIndexAsync().WithTimeout();
        await _blocks.UpdateOneAsync(
            Where.Eq(block => block.UserId, username) & Where.Eq(block => block.Target, target),
            Builders<Block>.Update.SetOnInsert(block => block.Id, ObjectId.GenerateNewId()),
            new UpdateOptions { IsUpsert = true }).WithTimeout();
    }

    /// <returns><see langword="false"/> if there was none.</returns>
    public async Task<bool> DeleteAsync(string username, string target)
    {
        var result = await _blocks.DeleteOneAsync(Where.Eq(block => block.UserId, username) & Where.Eq(block => block.Target, target)).WithTimeout();
        return result.DeletedCount > 0;
    }

    /// <summary>Deletes what a user has blocked, and blocks of them.</summary>
    public Task DeleteAllAsync(string username) =>
        _blocks.DeleteManyAsync(Where.Eq(block => block.UserId, username) | Where.Eq(block => block.Target, Block.OfUser(username))).WithTimeout();

    /// <returns>All blocks of a user, by what is blocked.</returns>
    public async Task<List<Block>> ListAsync(string username, CancellationToken cancellationToken) => await _blocks
        .Find(block => block.UserId == username)
        .SortBy(block => block.Target)
        .ToListAsync(cancellationToken)
        .WithTimeout(cancellationToken);

    /// <summary>Finds somebody who does not want an invitation.</summary>
    /// <param name="guests">The invited.</param>
    /// <param name="inviter">Who invites them.</param>
    /// <param name="discussion">Where to; <see langword="null"/> for a new discussion.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>One of them, or <see langword="null"/>.</returns>
    public async Task<string?> FindRefusingAsync(
        IReadOnlyCollection<string> guests, string inviter, DiscussionId? discussion, CancellationToken cancellationToken)
    {
        string[] targets = discussion is { } id ? [Block.OfUser(inviter), Block.OfDiscussion(id)] : [Block.OfUser(inviter)];
        var block = await _blocks.Find(Where.In(block => block.UserId, guests) & Where.In(block => block.Target, targets))
            .FirstOrDefaultAsync(cancellationToken)
            .WithTimeout(cancellationToken);
        return block?.UserId;
    }

    /// <summary>Creates the indexes, and asks once: the first time compiles for longer than a request may take.</summary>
    internal async Task WarmUpAsync()
    {
        await EnsureIndexAsync();
        await FindRefusingAsync([""], "", discussion: null, CancellationToken.None);
    }

    // Tried again after an outage; creating an index that exists is no error.
    internal Task EnsureIndexAsync() => _index is { IsFaulted: false, IsCanceled: false } ? _index : _index = _blocks.Indexes.CreateManyAsync(
    [
        new CreateIndexModel<Block>(
            Builders<Block>.IndexKeys.Ascending(block => block.UserId).Ascending(block => block.Target),
            new CreateIndexOptions { Name = "user_id_target", Unique = true }),
        new CreateIndexModel<Block>(Builders<Block>.IndexKeys.Ascending(block => block.Target), new CreateIndexOptions { Name = "target" }),
    ]);
}
