namespace Godzilla.Inference.OpenAI;

/// <summary>Ends a request with one of OpenAI's errors.</summary>
/// <param name="status">The HTTP status, 400 or above.</param>
/// <param name="error">The body.</param>
/// <param name="retryAfter">When it may be sent again, where that helps.</param>
internal sealed class OpenAIException(int status, OpenAIError error, TimeSpan? retryAfter = null) : Exception(error.Message)
{
    public int Status => status;

    public OpenAIError Error => error;

    public TimeSpan? RetryAfter => retryAfter;

    /// <summary>A parameter that must be changed: 400.</summary>
    public static OpenAIException Invalid(string message, string? param, string? code) =>
        new(StatusCodes.Status400BadRequest, new OpenAIError(message, OpenAIError.InvalidRequest, param, code));
}
