using Godzilla.Chat.Messages;
using Godzilla.ServiceDefaults.Errors;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Chat.Discussions;

/// <summary>The discussions and their members, in <c>chatdb.discussions</c>. The lobby has no document.</summary>
internal sealed class DiscussionStore(IMongoDatabase database)
{
    private readonly IMongoCollection<Discussion> _discussions = database.GetCollection<Discussion>("discussions");
    private Task? _index;

    public async Task AddAsync(Discussion discussion)
    {
        await EnsureIndexAsync().WithTimeout();
        await _discussions.InsertOneAsync(discussion).WithTimeout();
    }

    /// <returns>All discussions of a user but the lobby, newest activity first.</returns>
    public async Task<List<Discussion>> ListAsync(string username, CancellationToken cancellationToken) => await _discussions
        .Find(Builders<Discussion>.Filter.AnyEq(discussion => discussion.Users, username))
        .SortByDescending(discussion => discussion.UpdatedAt)
        .ToListAsync(cancellationToken)
        .WithTimeout(cancellationToken);

    /// <summary>Whether a user is a member. A discussion that does not exist has none: an outsider cannot tell the two apart.</summary>
    /// <returns><see langword="true"/> for a member, and for everybody in the lobby.</returns>
    public async Task<bool> IsMemberAsync(DiscussionId id, string username, CancellationToken cancellationToken) =>
        id == DiscussionId.Lobby || await _discussions
            .Find(Builders<Discussion>.Filter.Eq(discussion => discussion.Id, id.Value)
                & Builders<Discussion>.Filter.AnyEq(discussion => discussion.Users, username))
            .AnyAsync(cancellationToken)
            .WithTimeout(cancellationToken);

    /// <summary>Records a stored message as the newest of its discussion, unless a newer one is recorded.</summary>
    public Task SetLastMessageAsync(Message message)
    {
        if (message.DiscussionId == ObjectId.Empty)
        {
            return Task.CompletedTask;
        }

        var last = new LastMessage
        {
            MessageId = message.Id,
            UserId = message.UserId,
            Text = message.Text,
            CreatedAt = message.CreatedAt,
        };
        return _discussions.UpdateOneAsync(
            discussion => discussion.Id == message.DiscussionId && discussion.Seq < message.Seq,
            Builders<Discussion>.Update
                .Set(discussion => discussion.Seq, message.Seq)
                .Set(discussion => discussion.LastMessage, last)
                .Set(discussion => discussion.UpdatedAt, message.CreatedAt)).WithTimeout();
    }

    // Tried again after an outage; creating an index that exists is no error.
    internal Task EnsureIndexAsync() => _index is { IsFaulted: false, IsCanceled: false } ? _index : _index = _discussions.Indexes.CreateOneAsync(
        new CreateIndexModel<Discussion>(
            Builders<Discussion>.IndexKeys.Ascending(discussion => discussion.Users).Descending(discussion => discussion.UpdatedAt),
            new CreateIndexOptions { Name = "users_updated_at" }));
}
