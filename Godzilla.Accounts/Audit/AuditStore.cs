using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Godzilla.ServiceDefaults.Errors;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Accounts.Audit;

/// <summary>The audit, in <c>accountsdb.audit</c>.</summary>
internal sealed class AuditStore(IMongoDatabase database)
{
    private const int PageSize = 500;

    private readonly IMongoCollection<AuditEntry> _entries = database.GetCollection<AuditEntry>("audit");

    internal Task EnsureIndexesAsync() => _entries.Indexes.CreateManyAsync(
    [
        new CreateIndexModel<AuditEntry>(
            Builders<AuditEntry>.IndexKeys.Ascending(entry => entry.User).Descending(entry => entry.Id), new CreateIndexOptions { Name = "user" }),
        new CreateIndexModel<AuditEntry>(
            Builders<AuditEntry>.IndexKeys.Ascending(entry => entry.ExpiresAt), new CreateIndexOptions { Name = "expiry", ExpireAfter = TimeSpan.Zero }),
    ]);

    /// <summary>Writes entries, and counts those of <paramref name="repeated"/> in one entry an account, action and minute.</summary>
    public async Task WriteAsync(IReadOnlyCollection<AuditEntry> entries, IReadOnlyCollection<AuditEntry> repeated, CancellationToken cancellationToken)
    {
        WriteModel<AuditEntry>[] writes =
        [
            .. entries.Select(entry => new InsertOneModel<AuditEntry>(entry)),
            .. repeated.GroupBy(entry => (entry.User, entry.Action, Minute: Minute(entry.At))).Select(group => Count([.. group])),
        ];
        try
        {
            await _entries.BulkWriteAsync(writes, new BulkWriteOptions { IsOrdered = false }, cancellationToken).WithTimeout(cancellationToken);
        }
        catch (MongoBulkWriteException<AuditEntry> exception)
            when (exception.WriteErrors.All(error => error.Category == ServerErrorCategory.DuplicateKey) && exception.WriteConcernError is null)
        {
            // Written by an earlier attempt whose answer was lost.
        }
    }

    /// <summary>A page of entries, the newest first: of one user, or of all.</summary>
    public async Task<IReadOnlyList<AuditEntry>> ListAsync(string? user, ObjectId? before, int limit, CancellationToken cancellationToken)
    {
        var filter = user is null ? Builders<AuditEntry>.Filter.Empty : Builders<AuditEntry>.Filter.Eq(entry => entry.User, user);
        if (before is { } id)
        {
            filter &= Builders<AuditEntry>.Filter.Lt(entry => entry.Id, id);
        }

        return await _entries.Find(filter).SortByDescending(entry => entry.Id).Limit(limit).ToListAsync(cancellationToken).WithTimeout(cancellationToken);
    }

    /// <summary>All of a user's entries, the newest first, page by page.</summary>
    public async IAsyncEnumerable<AuditEntry> ListAllAsync(string user, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectId? before = null;
        IReadOnlyList<AuditEntry> page;
        do
        {
            page = await ListAsync(user, before, PageSize, cancellationToken);
            foreach (var entry in page)
            {
                yield return entry;
            }

            before = page.Count > 0 ? page[^1].Id : null;
        }
        while (page.Count == PageSize);
    }

    // The id is the same for all replicas, so that they count in one document.
    private static UpdateOneModel<AuditEntry> Count(AuditEntry[] entries)
    {
        var last = entries[^1];
        var minute = Minute(last.At);
        var id = new byte[12];
        BitConverter.TryWriteBytes(id, System.Net.IPAddress.HostToNetworkOrder((int)new DateTimeOffset(minute).ToUnixTimeSeconds()));
        SHA256.HashData(Encoding.UTF8.GetBytes($"{last.Action} {last.User}")).AsSpan(0, 8).CopyTo(id.AsSpan(4));
        var update = Builders<AuditEntry>.Update
            .SetOnInsert(entry => entry.User, last.User)
            .SetOnInsert(entry => entry.Action, last.Action)
            .SetOnInsert(entry => entry.At, minute)
            .SetOnInsert(entry => entry.ExpiresAt, last.ExpiresAt)
            .Set(entry => entry.Address, last.Address)
            .Set(entry => entry.UserAgent, last.UserAgent)
            .Inc(entry => entry.Count, entries.Length);
        return new UpdateOneModel<AuditEntry>(Builders<AuditEntry>.Filter.Eq(entry => entry.Id, new ObjectId(id)), update) { IsUpsert = true };
    }

    private static DateTime Minute(DateTime time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerMinute), DateTimeKind.Utc);
}
