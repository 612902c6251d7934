using MongoDB.Bson;

namespace MongoDB.Driver;

/// <summary>What a removal did.</summary>
public abstract class DeleteResult
{
    private protected DeleteResult()
    {
    }

    /// <summary>How many documents were removed.</summary>
    public abstract long DeletedCount { get; }

    /// <summary>True.</summary>
    public abstract bool IsAcknowledged { get; }

    /// <summary>What a removal did, as the store said.</summary>
    public class Acknowledged : DeleteResult
    {
        /// <summary>A result.</summary>
        /// <param name="deletedCount">How many documents were removed.</param>
        public Acknowledged(long deletedCount) => DeletedCount = deletedCount;

        /// <inheritdoc />
        public override long DeletedCount { get; }

        /// <inheritdoc />
        public override bool IsAcknowledged => true;
    }
}

/// <summary>What an update did.</summary>
public abstract class UpdateResult
{
    private protected UpdateResult()
    {
    }

    /// <summary>True.</summary>
    public abstract bool IsAcknowledged { get; }

    /// <summary>Whether <see cref="ModifiedCount"/> is known.</summary>
    public abstract bool IsModifiedCountAvailable { get; }

    /// <summary>How many documents fit the filter; an inserted one does not count.</summary>
    public abstract long MatchedCount { get; }

    /// <summary>How many documents are other than before.</summary>
    public abstract long ModifiedCount { get; }

    /// <summary>The <c>_id</c> of the inserted document, or null.</summary>
    public abstract BsonValue UpsertedId { get; }

    /// <summary>What an update did, as the store said.</summary>
    public class Acknowledged : UpdateResult
    {
        private readonly long? _modifiedCount;

        /// <summary>A result.</summary>
        /// <param name="matchedCount">How many documents fit the filter.</param>
        /// <param name="modifiedCount">How many are other than before.</param>
        /// <param name="upsertedId">The inserted document's <c>_id</c>, or null.</param>
        public Acknowledged(long matchedCount, long? modifiedCount, BsonValue upsertedId) =>
            (MatchedCount, _modifiedCount, UpsertedId) = (matchedCount, modifiedCount, upsertedId);

        /// <inheritdoc />
        public override bool IsAcknowledged => true;

        /// <inheritdoc />
        public override bool IsModifiedCountAvailable => _modifiedCount.HasValue;

        /// <inheritdoc />
        public override long MatchedCount { get; }

        /// <inheritdoc />
        public override long ModifiedCount => _modifiedCount ?? throw new NotSupportedException("ModifiedCount is not available.");

        /// <inheritdoc />
        public override BsonValue UpsertedId { get; }
    }
}

/// <summary>What a replacement did.</summary>
public abstract class ReplaceOneResult
{
    private protected ReplaceOneResult()
    {
    }

    /// <summary>True.</summary>
    public abstract bool IsAcknowledged { get; }

    /// <summary>Whether <see cref="ModifiedCount"/> is known.</summary>
    public abstract bool IsModifiedCountAvailable { get; }

    /// <summary>How many documents fit the filter, 0 or 1; an inserted one does not count.</summary>
    public abstract long MatchedCount { get; }

    /// <summary>How many documents are other than before, 0 or 1.</summary>
    public abstract long ModifiedCount { get; }

    /// <summary>The <c>_id</c> of the inserted document, or null.</summary>
    public abstract BsonValue UpsertedId { get; }

    /// <summary>What a replacement did, as the store said.</summary>
    public class Acknowledged : ReplaceOneResult
    {
        private readonly long? _modifiedCount;

        /// <summary>A result.</summary>
        /// <param name="matchedCount">How many documents fit the filter.</param>
        /// <param name="modifiedCount">How many are other than before.</param>
        /// <param name="upsertedId">The inserted document's <c>_id</c>, or null.</param>
        public Acknowledged(long matchedCount, long? modifiedCount, BsonValue upsertedId) =>
            (MatchedCount, _modifiedCount, UpsertedId) = (matchedCount, modifiedCount, upsertedId);

        /// <inheritdoc />
        public override bool IsAcknowledged => true;

        /// <inheritdoc />
        public override bool IsModifiedCountAvailable => _modifiedCount.HasValue;

        /// <inheritdoc />
        public override long MatchedCount { get; }

        /// <inheritdoc />
        public override long ModifiedCount => _modifiedCount ?? throw new NotSupportedException("ModifiedCount is not available.");

        /// <inheritdoc />
        public override BsonValue UpsertedId { get; }
    }
}

/// <summary>What several writes did.</summary>
public abstract class BulkWriteResult
{
    private protected BulkWriteResult(int requestCount) => RequestCount = requestCount;

    /// <summary>How many documents were inserted.</summary>
    public abstract long InsertedCount { get; }

    /// <summary>True.</summary>
    public abstract bool IsAcknowledged { get; }

    /// <summary>How many writes were asked for.</summary>
    public int RequestCount { get; }
}

/// <summary>What several writes did.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public abstract class BulkWriteResult<TDocument> : BulkWriteResult
{
    private protected BulkWriteResult(int requestCount, IEnumerable<WriteModel<TDocument>> processedRequests)
        : base(requestCount) => ProcessedRequests = [.. processedRequests];

    /// <summary>The writes that were tried.</summary>
    public IReadOnlyList<WriteModel<TDocument>> ProcessedRequests { get; }
}

internal sealed class InsertManyResult<TDocument>(int requestCount, long inserted, IEnumerable<WriteModel<TDocument>> processed)
    : BulkWriteResult<TDocument>(requestCount, processed)
{
    public override long InsertedCount => inserted;

    public override bool IsAcknowledged => true;
}

/// <summary>One of several writes.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public abstract class WriteModel<TDocument>
{
    private protected WriteModel()
    {
    }
}

/// <summary>An insertion.</summary>
/// <typeparam name="TDocument">The documents' type.</typeparam>
public sealed class InsertOneModel<TDocument> : WriteModel<TDocument>
{
    /// <summary>An insertion.</summary>
    /// <param name="document">The document.</param>
    public InsertOneModel(TDocument document) => Document = document;

    /// <summary>The document.</summary>
    public TDocument Document { get; }
}
