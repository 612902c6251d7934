using Godzilla.Chat.Messages;
using Godzilla.Chat.Moderation;
using Godzilla.ServiceDefaults.Errors;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Chat.Discussions;

/// <summary>The discussions and their members, in <c>chatdb.discussions</c>. The lobby has no document.</summary>
internal sealed class DiscussionStore(IMongoDatabase database, LobbyBans bans)
{
    private static readonly FilterDefinitionBuilder<Discussion> Where = Builders<Discussion>.Filter;
    private static readonly FindOneAndUpdateOptions<Discussion> Changed = new() { ReturnDocument = ReturnDocument.After };

    private readonly IMongoCollection<Discussion> _discussions = database.GetCollection<Discussion>("discussions");
    private Task? _index;

    public async Task AddAsync(Discussion discussion)
    {
        await EnsureIndexAsync().WithTimeout();
        await _discussions.InsertOneAsync(discussion).WithTimeout();
    }

    /// <returns>All discussions of a user but the lobby, newest activity first.</returns>
    public async Task<List<Discussion>> ListAsync(string username, CancellationToken cancellationToken) =>
        await ListAsync(username, after: null, limit: null, cancellationToken);

    /// <returns>A page of them.</returns>
    public async Task<List<Discussion>> ListAsync(string username, DiscussionCursor? after, int? limit, CancellationToken cancellationToken)
    {
        var mine = Where.AnyEq(discussion => discussion.Users, username);
        if (after is { } last)
        {
            mine &= Where.Lt(discussion => discussion.UpdatedAt, last.UpdatedAt)
                | (Where.Eq(discussion => discussion.UpdatedAt, last.UpdatedAt) & Where.Lt(discussion => discussion.Id, last.Id));
        }

        return await _discussions.Find(mine)
            .SortByDescending(discussion => discussion.UpdatedAt)
            .ThenByDescending(discussion => discussion.Id)
            .Limit(limit)
            .ToListAsync(cancellationToken)
            .WithTimeout(cancellationToken);
    }

    /// <returns>How many discussions a user is in, up to a number.</returns>
    public async Task<long> CountAsync(string username, int upTo, CancellationToken cancellationToken) => await _discussions
        .CountDocumentsAsync(Where.AnyEq(discussion => discussion.Users, username), new CountOptions { Limit = upTo }, cancellationToken)
        .WithTimeout(cancellationToken);

    /// <returns>The discussion, or <see langword="null"/> where the user is no member.</returns>
    public async Task<Discussion?> FindAsync(DiscussionId id, string member, CancellationToken cancellationToken) => await _discussions
        .Find(Member(id, member))
        .FirstOrDefaultAsync(cancellationToken)
        .WithTimeout(cancellationToken);

    /// <returns>The discussions in which two users are, and nobody else.</returns>
    public async Task<List<DiscussionId>> ListBetweenAsync(string one, string other, CancellationToken cancellationToken)
    {
        var found = await _discussions
            .Find(Where.AnyEq(discussion => discussion.Users, one) & Where.AnyEq(discussion => discussion.Users, other) & Where.Size(discussion => discussion.Users, 2))
            .ToListAsync(cancellationToken)
            .WithTimeout(cancellationToken);
        return [.. found.Select(discussion => new DiscussionId(discussion.Id))];
    }

    /// <summary>Adds members.</summary>
    /// <returns>The discussion as it is now; <see langword="null"/> where the caller is no member, or there are too many.</returns>
    public async Task<Discussion?> AddMembersAsync(DiscussionId id, string caller, IReadOnlyCollection<string> usernames, int most) => await _discussions
        .FindOneAndUpdateAsync(
            Member(id, caller) & Where.Exists($"users.{most - usernames.Count}", exists: false),
            Builders<Discussion>.Update.AddToSetEach(discussion => discussion.Users, usernames),
            Changed)
        .WithTimeout();

    /// <summary>Removes a member. The one who has been in it for longest then owns it.</summary>
    /// <returns>The discussion as it is now; <see langword="null"/> where they are no member.</returns>
    public async Task<Discussion?> RemoveMemberAsync(DiscussionId id, string username) => await _discussions
        .FindOneAndUpdateAsync(Member(id, username), Builders<Discussion>.Update.Pull(discussion => discussion.Users, username), Changed)
        .WithTimeout();

    /// <summary>Changes what its owner decides.</summary>
    /// <param name="id">Which.</param>
    /// <param name="owner">The caller.</param>
    /// <param name="title">The title: a blank one removes it, and <see langword="null"/> leaves it.</param>
    /// <param name="assistant">Whether the assistant may answer; <see langword="null"/> leaves that.</param>
    /// <returns>The discussion as it is now; <see langword="null"/> where the caller does not own it.</returns>
    public async Task<Discussion?> ChangeAsync(DiscussionId id, string owner, string? title, bool? assistant)
    {
        var change = Builders<Discussion>.Update;
        List<UpdateDefinition<Discussion>> changes = [];
        if (title is not null)
        {
            changes.Add(string.IsNullOrWhiteSpace(title) ? change.Unset(discussion => discussion.Title) : change.Set(discussion => discussion.Title, title));
        }

        if (assistant is not null)
        {
            changes.Add(change.Set(discussion => discussion.Assistant, assistant));
        }

        return await _discussions.FindOneAndUpdateAsync(Owned(id, owner), change.Combine(changes), Changed).WithTimeout();
    }

    /// <summary>Whether the assistant may answer a member.</summary>
    /// <returns><see langword="false"/> also where the user is no member.</returns>
    public async Task<bool> AdmitsAssistantAsync(DiscussionId id, string member, CancellationToken cancellationToken) =>
        id == DiscussionId.Lobby
            ? !bans.Contains(member)
            : await _discussions.Find(Member(id, member) & Where.Ne(discussion => discussion.Assistant, false)).AnyAsync(cancellationToken).WithTimeout(cancellationToken);

    /// <returns>The discussion as it was; <see langword="null"/> where the caller does not own it.</returns>
    public async Task<Discussion?> DeleteAsync(DiscussionId id, string owner) =>
        await _discussions.FindOneAndDeleteAsync(Owned(id, owner)).WithTimeout();

    /// <summary>Deletes a discussion that has no members.</summary>
    /// <returns><see langword="false"/> if it has some.</returns>
    public async Task<bool> DeleteEmptyAsync(DiscussionId id) => (await _discussions
        .DeleteOneAsync(Where.Eq(discussion => discussion.Id, id.Value) & Where.Size(discussion => discussion.Users, 0))
        .WithTimeout()).DeletedCount > 0;

    /// <summary>Whether a user is a member. A discussion that does not exist has none: an outsider cannot tell the two apart.</summary>
    /// <returns><see langword="true"/> for a member, and in the lobby for everybody who is not banned.</returns>
    public async Task<bool> IsMemberAsync(DiscussionId id, string username, CancellationToken cancellationToken) =>
        id == DiscussionId.Lobby
            ? !bans.Contains(username)
            : await _discussions.Find(Member(id, username)).AnyAsync(cancellationToken).WithTimeout(cancellationToken);

    /// <summary>Records stored messages as the newest of their discussions, unless a newer one is recorded.</summary>
    public Task SetLastMessagesAsync(IEnumerable<Message> messages) =>
        _discussions.BulkWriteAsync(messages.Select(SetLastMessage), new BulkWriteOptions { IsOrdered = false }).WithTimeout();

    /// <summary>
    /// Records changed messages: the number of the change, and the message where none newer is recorded. Before its replica records it as new, too:
    /// the text that was changed must not come after.
    /// </summary>
    public Task SetChangesAsync(IEnumerable<Message> changed) =>
        _discussions.BulkWriteAsync(changed.SelectMany(SetChange), new BulkWriteOptions { IsOrdered = false }).WithTimeout();

    /// <summary>Creates the index, and asks once what every connection and every new discussion asks: the first time compiles for longer than a request may take.</summary>
    internal async Task WarmUpAsync()
    {
        await EnsureIndexAsync();
        await ListAsync("", CancellationToken.None);
        await CountAsync("", upTo: 1, CancellationToken.None);
        await IsMemberAsync(new DiscussionId(ObjectId.GenerateNewId()), "", CancellationToken.None);
    }

    // Tried again after an outage; creating an index that exists is no error.
    internal Task EnsureIndexAsync() => _index is { IsFaulted: false, IsCanceled: false } ? _index : _index = _discussions.Indexes.CreateOneAsync(
        new CreateIndexModel<Discussion>(
            Builders<Discussion>.IndexKeys.Ascending(discussion => discussion.Users).Descending(discussion => discussion.UpdatedAt),
            new CreateIndexOptions { Name = "users_updated_at" }));

    private static FilterDefinition<Discussion> Member(DiscussionId id, string username) =>
        Where.Eq(discussion => discussion.Id, id.Value) & Where.AnyEq(discussion => discussion.Users, username);

    private static FilterDefinition<Discussion> Owned(DiscussionId id, string owner) =>
        Where.Eq(discussion => discussion.Id, id.Value) & Where.Eq("users.0", owner);

    private static UpdateOneModel<Discussion>[] SetChange(Message changed) =>
    [
        new(Where.Eq(discussion => discussion.Id, changed.DiscussionId), Builders<Discussion>.Update.Max(discussion => discussion.Rev, changed.Rev ?? 0)),
        SetLastMessage(changed),
        new(
            Where.Eq(discussion => discussion.Id, changed.DiscussionId) & Where.Eq(discussion => discussion.Seq, changed.Seq) &
                Where.Not(Where.Gte(discussion => discussion.LastMessage!.Rev, changed.Rev)),
            Builders<Discussion>.Update.Set(discussion => discussion.LastMessage, LastMessage.Of(changed))),
    ];

    private static UpdateOneModel<Discussion> SetLastMessage(Message message) => new(
        Where.Where(discussion => discussion.Id == message.DiscussionId && discussion.Seq < message.Seq),
        Builders<Discussion>.Update
            .Set(discussion => discussion.Seq, message.Seq)
            .Set(discussion => discussion.LastMessage, LastMessage.Of(message))
            .Set(discussion => discussion.UpdatedAt, message.CreatedAt));
}
