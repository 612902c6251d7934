using Godzilla.Inference.OpenAI;

namespace Godzilla.Inference.Responses;

internal static class ResponseErrors
{
    public static OpenAIException NotFound(string id) => new(
        StatusCodes.Status404NotFound, new OpenAIError($"There is no response '{id}' of yours.", OpenAIError.InvalidRequest, "response_id", "response_not_found"));

    public static OpenAIException NoPrevious(string id) => OpenAIException.Invalid(
        $"There is no response '{id}' of yours.", "previous_response_id", "previous_response_not_found");

    public static OpenAIException NotInBackground() => OpenAIException.Invalid(
        "Only a response with 'background' can be cancelled; end the connection of another.", "response_id", "invalid_value");
}
