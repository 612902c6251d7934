using MongoDB.Bson.Serialization.Attributes;

namespace Godzilla.Inference.Responses;

/// <summary>A document of <c>inferencedb.responses</c>.</summary>
[BsonIgnoreExtraElements]
internal sealed class StoredResponse
{
    [BsonId]
    public required string Id { get; init; }

    [BsonElement("user")]
    public required string User { get; init; }

    /// <summary>It is deleted a while after this.</summary>
    [BsonElement("created_at")]
    public required DateTime CreatedAt { get; init; }

    [BsonElement("status")]
    public required string Status { get; init; }

    /// <summary>While it runs: when its replica was last known to be at it.</summary>
    [BsonElement("alive_at")]
    public required DateTime AliveAt { get; init; }

    /// <summary>The items that it answers, those of the responses before it included, as JSON.</summary>
    [BsonElement("input")]
    public required string Input { get; init; }

    /// <summary>The response as JSON.</summary>
    [BsonElement("body")]
    public required string Body { get; init; }
}
