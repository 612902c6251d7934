using System.Globalization;
using Godzilla.Inference.Budgets;

namespace Godzilla.Inference.OpenAI;

/// <summary>The errors that more than one feature gives.</summary>
internal static class OpenAIErrors
{
    /// <summary>The code of a request whose idempotency key belongs to another.</summary>
    public const string KeyReused = "idempotency_key_reused";

    public static OpenAIException NoScope(string scope) => new(
        StatusCodes.Status403Forbidden,
        new OpenAIError($"The key lacks the scope '{scope}'.", OpenAIError.InvalidRequest, Code: "insufficient_permissions"));

    public static OpenAIException NoModel(string id) => new(
        StatusCodes.Status404NotFound,
        new OpenAIError($"There is no model '{id}' that you may use.", OpenAIError.InvalidRequest, "model", "model_not_found"));

    public static OpenAIException Unsupported(string model, string what, string? param) =>
        OpenAIException.Invalid($"The model '{model}' does not take {what}.", param, "unsupported_value");

    public static OpenAIException TooLong(int context, int prompt, int completion, string param) => OpenAIException.Invalid(
        completion == 0
            ? string.Create(CultureInfo.InvariantCulture, $"The model takes {context} tokens; the messages have {prompt}.")
            : string.Create(CultureInfo.InvariantCulture, $"The model takes {context} tokens; the messages have {prompt}, and {completion} are asked for."),
        param,
        "context_length_exceeded");

    public static OpenAIException Busy(string model, TimeSpan retryAfter) => new(
        StatusCodes.Status503ServiceUnavailable,
        new OpenAIError($"Too many requests wait for the model '{model}'; try again.", OpenAIError.Server, Code: "model_overloaded"),
        retryAfter);

    public static OpenAIException Late(string model) => new(
        StatusCodes.Status503ServiceUnavailable,
        new OpenAIError($"The model '{model}' did not get to the request in time; try again.", OpenAIError.Server, Code: "queue_timeout"),
        TimeSpan.FromSeconds(1));

    public static OpenAIException Unavailable(string model) => new(
        StatusCodes.Status503ServiceUnavailable,
        new OpenAIError($"Nothing that serves the model '{model}' answers now; try again.", OpenAIError.Server, Code: "model_unavailable"),
        TimeSpan.FromSeconds(1));

    public static OpenAIException Deadline(string model) => new(
        StatusCodes.Status504GatewayTimeout,
        new OpenAIError($"The model '{model}' did not answer in time.", OpenAIError.Server, Code: "timeout"));

    /// <summary>A store that is needed is away.</summary>
    public static OpenAIException Outage() => new(
        StatusCodes.Status503ServiceUnavailable, OpenAIErrorWriter.OfStatus(StatusCodes.Status503ServiceUnavailable), TimeSpan.FromSeconds(1));

    /// <summary>A budget does not allow the request.</summary>
    public static OpenAIException OverBudget(BudgetExceededException exception) => new(
        StatusCodes.Status429TooManyRequests, new OpenAIError(exception.Message, exception.Type, Code: exception.Code), exception.RetryAfter);

    /// <summary>The idempotency key stands for another request.</summary>
    public static OpenAIException OtherBody() => new(
        StatusCodes.Status409Conflict,
        new OpenAIError("The Idempotency-Key belongs to a request with another body.", OpenAIError.InvalidRequest, "Idempotency-Key", KeyReused));

    /// <summary>A stream is to be taken up again that is not kept any more.</summary>
    public static OpenAIException StreamGone() => new(
        StatusCodes.Status404NotFound,
        new OpenAIError("The stream of this Idempotency-Key is not kept any more.", OpenAIError.InvalidRequest, "Idempotency-Key", "stream_not_found"));

    /// <summary>The replica that generated it has ended.</summary>
    public static OpenAIException Interrupted() => new(
        StatusCodes.Status503ServiceUnavailable,
        new OpenAIError("The generation was interrupted; try again.", OpenAIError.Server, Code: "generation_interrupted"),
        TimeSpan.FromSeconds(1));

    /// <summary>All upstreams of the model have too much to do.</summary>
    public static OpenAIException UpstreamBusy(string model, TimeSpan retryAfter) => new(
        StatusCodes.Status429TooManyRequests,
        new OpenAIError($"What serves the model '{model}' has too many requests now; try again.", OpenAIError.Requests, Code: "rate_limit_exceeded"),
        retryAfter);

    /// <summary>An upstream ended its answer before its end.</summary>
    public static OpenAIException BrokenOff(string model) => new(
        StatusCodes.Status502BadGateway,
        new OpenAIError($"What serves the model '{model}' broke off.", OpenAIError.Server, Code: "upstream_error"));

    public static OpenAIException Failed() => new(
        StatusCodes.Status500InternalServerError, new OpenAIError("The generation failed.", OpenAIError.Server, Code: "generation_failed"));
}
