using Godzilla.Inference.OpenAI;
using Godzilla.ServiceDefaults.Errors;

namespace Godzilla.Inference.Generation;

/// <summary>What a client is told of an exception that ends a completion.</summary>
internal sealed partial class CompletionErrors(FailurePolicy policy, ILogger<CompletionErrors> logger)
{
    public OpenAIException Of(Exception exception, CompletionJob job)
    {
        if (exception is OpenAIException error)
        {
            return error;
        }

        if (policy.IsOutage(exception, "/v1/chat/completions"))
        {
            return OpenAIErrors.Outage();
        }

        LogFailed(logger, exception, job.Model.Id);
        return OpenAIErrors.Failed();
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "A completion by {Model} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string model);
}
