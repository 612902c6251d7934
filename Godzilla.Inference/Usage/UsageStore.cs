using Godzilla.Inference.Budgets;
using Godzilla.ServiceDefaults.Errors;
using MongoDB.Driver;

namespace Godzilla.Inference.Usage;

/// <summary>All usage, in <c>inferencedb.usage</c>.</summary>
internal sealed class UsageStore(IMongoDatabase database)
{
    /// <summary>How far the order of records may differ from that in which they are written.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);

    // Many times the batch of a writer, see UsageWriter.
    private const int RecentCount = 512;

    private static readonly FilterDefinitionBuilder<UsageDocument> Where = Builders<UsageDocument>.Filter;

    private readonly IMongoCollection<UsageDocument> _usage = database.GetCollection<UsageDocument>("usage");
    private Task? _indexes;

    /// <summary>Adds records to their documents, in one round trip.</summary>
    /// <param name="changes">For each document its id, the <c>rev</c> it has, 0 if there is none, and what to add.</param>
    /// <returns><see langword="true"/> if all were added. Otherwise each of them is or is not.</returns>
    public async Task<bool> TryAddAsync(IReadOnlyCollection<(string Id, long Rev, IReadOnlyCollection<UsageRecord> Records)> changes)
    {
        await EnsureIndexesAsync().WithTimeout();
        var updates = changes.Select(change => new UpdateOneModel<UsageDocument>(
            Where.Eq(document => document.Id, change.Id) & Where.Eq(document => document.Rev, change.Rev), Sum(change.Records))
        {
            IsUpsert = change.Rev == 0,
        });
        try
        {
            var result = await _usage.BulkWriteAsync(updates, new BulkWriteOptions { IsOrdered = false }).WithTimeout();
            return result.MatchedCount + result.Upserts.Count == changes.Count;
        }
        catch (MongoBulkWriteException<UsageDocument> exception) when (
            exception.WriteConcernError is null && exception.WriteErrors.All(error => error.Category == ServerErrorCategory.DuplicateKey))
        {
            // Somebody else has created the document.
            return false;
        }
    }

    public async Task<UsageDocument?> FindAsync(string id) =>
        await _usage.Find(document => document.Id == id).FirstOrDefaultAsync().WithTimeout();

    /// <summary>
    /// What a user has spent in a month, with what Redis says is still to be written. Of that, what is written all the same is not counted
    /// twice.
    /// </summary>
    /// <returns>By key; the empty one is the user's sessions.</returns>
    public async Task<IReadOnlyDictionary<string, Spend>> SumAsync(
        string user, string month, string epoch, IReadOnlyCollection<UsageRecord> pending)
    {
        await EnsureIndexesAsync().WithTimeout();
        var documents = _usage.Find(Where.Eq(document => document.User, user) & Days($"{month}-01", $"{month}-31"));
        var found = await (pending.Count > 0 ? documents : WithoutRecent(documents)).ToListAsync().WithTimeout();
        var byId = found.ToDictionary(document => document.Id, StringComparer.Ordinal);
        return found.Select(document => (document.Key, document.Tokens, document.MicroDollars))
            .Concat(pending.Where(record => byId.GetValueOrDefault(record.DocumentId)?.Has(record, epoch, Slack) != true)
                .Select(record => (record.Key, record.Tokens, record.MicroDollars)))
            .GroupBy(part => part.Key, StringComparer.Ordinal)
            .ToDictionary(
                group => group.Key,
                group => new Spend(group.Sum(part => part.Tokens), group.Sum(part => part.MicroDollars)),
                StringComparer.Ordinal);
    }

    /// <summary>A user's usage from one day to another; of one key alone, unless that is <see langword="null"/>.</summary>
    public Task<List<UsageDocument>> ListAsync(string user, string? key, string from, string to, CancellationToken cancellationToken) =>
        WithoutRecent(_usage.Find(
                Where.Eq(document => document.User, user)
                    & Days(from, to)
                    & (key is null ? Where.Empty : Where.Eq(document => document.Key, key))))
            .ToListAsync(cancellationToken)
            .WithTimeout(cancellationToken);

    /// <summary>Creates the index, and runs each kind of call once: the first of a kind compiles for longer than a request may take.</summary>
    internal async Task WarmUpAsync()
    {
        await EnsureIndexesAsync();
        await SumAsync("", "0001-01", "", []);
        await ListAsync("", key: null, "", "", CancellationToken.None);
        await FindAsync("");

        // Another collection: nobody may ever read it.
        var trial = database.GetCollection<UsageDocument>("warm_up");
        var record = new UsageRecord("", "", "", "", "", "0001-01-01", 0, 0, 0, 0, 0, 0, 0, "");
        var filter = Where.Eq(document => document.Id, Guid.NewGuid().ToString("N"));
        await trial.BulkWriteAsync([new UpdateOneModel<UsageDocument>(filter, Sum([record])) { IsUpsert = true }]);
        await trial.DeleteOneAsync(filter);
    }

    private static FilterDefinition<UsageDocument> Days(string from, string to) =>
        Where.Gte(document => document.Day, from) & Where.Lte(document => document.Day, to);

    private static IFindFluent<UsageDocument, UsageDocument> WithoutRecent(IFindFluent<UsageDocument, UsageDocument> documents) =>
        documents.Project<UsageDocument>(Builders<UsageDocument>.Projection.Exclude(document => document.Recent));

    private static UpdateDefinition<UsageDocument> Sum(IReadOnlyCollection<UsageRecord> records)
    {
        var any = records.First();
        return Builders<UsageDocument>.Update
            .SetOnInsert(document => document.User, any.User)
            .SetOnInsert(document => document.Key, any.Key)
            .SetOnInsert(document => document.Model, any.Model)
            .SetOnInsert(document => document.Day, any.Day)
            .Inc(document => document.Requests, records.Sum(record => (long)record.Requests))
            .Inc(document => document.Prompt, records.Sum(record => record.Prompt))
            .Inc(document => document.Completion, records.Sum(record => record.Completion))
            .Inc(document => document.Cached, records.Sum(record => record.Cached))
            .Inc(document => document.Unaccounted, records.Sum(record => record.Unaccounted))
            .Inc(document => document.MicroDollars, records.Sum(record => record.MicroDollars))
            .Inc(document => document.Rev, 1)
            .Max(document => document.Until, records.Max(record => record.At))
            .PushEach(document => document.Recent, records.Select(record => record.Id), slice: -RecentCount);
    }

    // Tried again after an outage; creating an index that exists is no error.
    private Task EnsureIndexesAsync() => _indexes is { IsFaulted: false, IsCanceled: false } ? _indexes : _indexes = _usage.Indexes.CreateOneAsync(
        new CreateIndexModel<UsageDocument>(
            Builders<UsageDocument>.IndexKeys.Ascending(document => document.User).Ascending(document => document.Day),
            new CreateIndexOptions { Name = "user_day" }));
}
