using System.Security.Claims;
using Godzilla.Inference.OpenAI;
using Godzilla.Inference.Resumption;
using Microsoft.Extensions.Options;

namespace Godzilla.Inference.Generation;

/// <summary>Completes chats.</summary>
internal static class ChatCompletionEndpoints
{
    internal static async Task CreateAsync(
        HttpContext context,
        ClaimsPrincipal caller,
        CompletionRunner runner,
        ResumableCompletions resumable,
        CompletionErrors errors,
        IOptions<GenerationOptions> options,
        TimeProvider time)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var job = runner.Prepare(body, caller);
        if (ResumableCompletions.KeyOf(context.Request) is { } key)
        {
            await resumable.AnswerAsync(context, key, body, job);
            return;
        }

        var aborted = context.RequestAborted;
        await using var stream = new EventStream(context.Response, job.Request.Stream, options.Value.KeepAlive, time);
        try
        {
            await runner.RunAsync(job, stream, aborted);
        }
        catch (Exception) when (aborted.IsCancellationRequested)
        {
            // The client left; what it got is charged.
        }
        catch (Exception exception) when (job.Request.Stream && context.Response.HasStarted)
        {
            await stream.SendErrorAsync(errors.Of(exception, job).Error);
        }
    }
}
