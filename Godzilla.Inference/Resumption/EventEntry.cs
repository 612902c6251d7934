using System.Text.Json.Serialization;
using Godzilla.Inference.OpenAI;

namespace Godzilla.Inference.Resumption;

/// <summary>One entry of the log of a completion.</summary>
/// <param name="Number">Counts from 1 without gaps; what a client names as <c>Last-Event-ID</c>.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Payload">The JSON.</param>
internal sealed record EventEntry(long Number, EventKind Kind, ReadOnlyMemory<byte> Payload);

/// <summary>What an entry of the log is. The names are what Redis holds.</summary>
internal enum EventKind
{
    /// <summary>The headers of the answer; before the first event.</summary>
    Head,

    /// <summary>An event, or the whole answer.</summary>
    Data,

    /// <summary>A <see cref="RecordedError"/>, after which nothing comes.</summary>
    Error,

    /// <summary>The end.</summary>
    End,
}

/// <summary>An error that ended a completion, for whoever reads it later.</summary>
internal sealed record RecordedError(int Status, OpenAIError Error, double? RetryAfter)
{
    public static RecordedError Of(OpenAIException exception) => new(exception.Status, exception.Error, exception.RetryAfter?.TotalSeconds);

    public OpenAIException ToException() => new(Status, Error, RetryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
}

[JsonSerializable(typeof(RecordedError))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class EventJson : JsonSerializerContext;
