using Godzilla.Chat.Messages;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Chat.Discussions;

/// <summary>The discussions and who is in them, in <c>chatdb.discussions</c>. The lobby has no document: everybody is in it.</summary>
internal sealed class DiscussionStore(IMongoDatabase database)
{
    private readonly IMongoCollection<Discussion> _discussions = database.GetCollection<Discussion>("discussions");
    private Task? _index;

    /// <summary>Adds a discussion.</summary>
    /// <param name="discussion">The discussion, with its id.</param>
    /// <returns>A task that ends when it is stored.</returns>
    public async Task AddAsync(Discussion discussion)
    {
        await IndexAsync();
        await _discussions.InsertOneAsync(discussion);
    }

    /// <summary>The discussions of a user.</summary>
    /// <param name="username">The user.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>All of them but the lobby, the newest activity first.</returns>
    public async Task<List<Discussion>> ListAsync(string username, CancellationToken cancellationToken) => await _discussions
        .Find(Builders<Discussion>.Filter.AnyEq(discussion => discussion.Users, username))
        .SortByDescending(discussion => discussion.UpdatedAt)
        .ToListAsync(cancellationToken);

    /// <summary>Whether a user is in a discussion. One that does not exist has nobody in it: an outsider cannot tell the two apart.</summary>
    /// <param name="id">The discussion.</param>
    /// <param name="username">The user.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="true"/> for a member, and for everybody in the lobby.</returns>
    public async Task<bool> IsMemberAsync(DiscussionId id, string username, CancellationToken cancellationToken) =>
        id == DiscussionId.Lobby || await _discussions
            .Find(Builders<Discussion>.Filter.Eq(discussion => discussion.Id, id.Value)
                & Builders<Discussion>.Filter.AnyEq(discussion => discussion.Users, username))
            .AnyAsync(cancellationToken);

    /// <summary>Notes a message as the newest of its discussion, unless a newer one is.</summary>
    /// <param name="message">A stored message.</param>
    /// <returns>A task that ends when it is noted.</returns>
    public Task NoteAsync(Message message)
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
                .Set(discussion => discussion.UpdatedAt, message.CreatedAt));
    }

    // Tried again after an outage; creating an index that exists is no error.
    private Task IndexAsync() => _index is { IsFaulted: false, IsCanceled: false } ? _index : _index = _discussions.Indexes.CreateOneAsync(
        new CreateIndexModel<Discussion>(
            Builders<Discussion>.IndexKeys.Ascending(discussion => discussion.Users).Descending(discussion => discussion.UpdatedAt),
            new CreateIndexOptions { Name = "users_updated_at" }));
}
