using Godzilla.Gateway.OpenAI;
using Godzilla.Gateway.RateLimits;
using Godzilla.ServiceDefaults.Errors;

namespace Godzilla.Gateway.Bearer;

/// <summary>
/// Finds out whose request it is, by its API key or access token, and refuses one that has none, or one that may not do this. A request is
/// counted for its key, and one without a good key for its address. It ends when its key does.
/// </summary>
internal sealed class BearerAuthentication(BearerCache callers, OpenRequests open, RequestLimit requests, BearerMetrics metrics)
{
    /// <summary>How long a client may take to read the event that says why its stream ends.</summary>
    private static readonly TimeSpan LastEventLimit = TimeSpan.FromSeconds(1);

    /// <summary>Runs a request, or answers it with a refusal.</summary>
    /// <param name="scopes">Of these the key needs one.</param>
    public Task InvokeAsync(HttpContext context, IReadOnlyList<string> scopes, RequestDelegate next)
    {
        var token = BearerToken.Find(context.Request);
        if (callers.TryFind(token, out var caller))
        {
            return requests.Allows(context, caller) ? AnswerAsync(context, scopes, caller, next) : Task.CompletedTask;
        }

        return requests.AllowsLookUp(context)
            ? LookUpAsync(context, scopes, callers.FindAsync(token, context.RequestAborted), next)
            : Task.CompletedTask;
    }

    private async Task LookUpAsync(HttpContext context, IReadOnlyList<string> scopes, ValueTask<BearerCaller?> found, RequestDelegate next)
    {
        var caller = await found;
        if (requests.Allows(context, caller))
        {
            await AnswerAsync(context, scopes, caller, next);
        }
    }

    private Task AnswerAsync(HttpContext context, IReadOnlyList<string> scopes, BearerCaller? caller, RequestDelegate next)
    {
        if (caller is null)
        {
            metrics.Invalid();
            var isGiven = BearerToken.IsIn(context.Request);
            context.Response.Headers.WWWAuthenticate = isGiven ? "Bearer error=\"invalid_token\"" : "Bearer";
            context.WriteError(
                StatusCodes.Status401Unauthorized,
                isGiven ? "The API key or access token is not valid, or no longer." : "An API key or an access token is required: send it as 'Authorization: Bearer KEY'.");
            return Task.CompletedTask;
        }

        if (!caller.HasOneOf(scopes))
        {
            metrics.Forbidden();
            context.Response.Headers.WWWAuthenticate = $"Bearer error=\"insufficient_scope\", scope=\"{scopes[0]}\"";
            context.WriteError(StatusCodes.Status403Forbidden, $"The API key or access token has insufficient permissions: it lacks the scope '{scopes[0]}'.");
            return Task.CompletedTask;
        }

        context.User = caller;
        return RunAsync(context, caller, next);
    }

    private async Task RunAsync(HttpContext context, BearerCaller caller, RequestDelegate next)
    {
        using var response = EndableResponse.Install(context);
        open.Add(caller, response);
        try
        {
            await next(context);
        }
        finally
        {
            open.Remove(caller, response);
            response.Uninstall();
        }

        if (response.HasEnded)
        {
            metrics.Cut();
            await SayWhyAsync(context, response);
        }
    }

    private static async Task SayWhyAsync(HttpContext context, EndableResponse response)
    {
        const string Message = "The API key or access token is no longer valid.";
        if (!context.Response.HasStarted)
        {
            context.Response.Clear();
            context.WriteError(StatusCodes.Status401Unauthorized, Message);
            return;
        }

        if (!response.IsBetweenEvents || !OpenAIErrors.IsEventStream(context.Response))
        {
            // The client must not take what it has for the whole.
            context.Abort();
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(LastEventLimit);
        try
        {
            await context.Response.Body.WriteAsync(OpenAIErrors.LastEvent(context.Request.Path, StatusCodes.Status401Unauthorized, Message), limit.Token);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
    }
}
