namespace Godzilla.Inference.Responses;

/// <summary>How far a response is.</summary>
internal static class ResponseStatus
{
    public const string Queued = "queued";
    public const string InProgress = "in_progress";
    public const string Completed = "completed";
    public const string Incomplete = "incomplete";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    /// <summary>Whether nothing more comes.</summary>
    public static bool IsFinal(string status) => status is not (Queued or InProgress);
}
