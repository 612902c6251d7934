using MongoDB.Bson.Serialization.Attributes;

namespace Godzilla.Inference.Usage;

/// <summary>
/// A document of <c>inferencedb.usage</c>: what a user has used in a day with one key and one model, as far as one process has written it.
/// </summary>
[BsonIgnoreExtraElements]
internal sealed record UsageDocument
{
    [BsonId]
    public required string Id { get; init; }

    [BsonElement("user")]
    public required string User { get; init; }

    /// <summary>The id of the API key or token family; empty for sessions.</summary>
    [BsonElement("key")]
    public required string Key { get; init; }

    [BsonElement("model")]
    public required string Model { get; init; }

    /// <summary>yyyy-MM-dd, in UTC.</summary>
    [BsonElement("day")]
    public required string Day { get; init; }

    [BsonElement("requests")]
    public long Requests { get; init; }

    [BsonElement("prompt_tokens")]
    public long Prompt { get; init; }

    [BsonElement("completion_tokens")]
    public long Completion { get; init; }

    [BsonElement("cached_tokens")]
    public long Cached { get; init; }

    /// <summary>Tokens of requests whose process died.</summary>
    [BsonElement("unaccounted_tokens")]
    public long Unaccounted { get; init; }

    [BsonElement("micro_dollars")]
    public long MicroDollars { get; init; }

    /// <summary>Counts the changes: a change names the one before it, so that none is done twice.</summary>
    [BsonElement("rev")]
    public long Rev { get; init; }

    /// <summary>When the newest record in it ended.</summary>
    [BsonElement("until")]
    public long Until { get; init; }

    /// <summary>The records that were added last. More than can be written without Redis having noted it.</summary>
    [BsonElement("recent")]
    public IReadOnlyList<string> Recent { get; init; } = [];

    public long Tokens => Prompt + Completion + Unaccounted;

    /// <summary>
    /// Whether a record is in it. One that an older memory of Redis brings up again may have left <see cref="Recent"/>; but a process writes
    /// in the order in which requests end, give or take <paramref name="slack"/>.
    /// </summary>
    public bool Has(UsageRecord record, string epoch, TimeSpan slack) =>
        Recent.Contains(record.Id) || (record.Epoch != epoch && record.At < Until - slack.TotalMilliseconds);
}
