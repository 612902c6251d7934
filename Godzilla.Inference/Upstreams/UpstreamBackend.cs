using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Godzilla.Inference.Generation;
using Godzilla.Inference.Models;
using Godzilla.Inference.OpenAI;
using Godzilla.Inference.Tokens;
using Microsoft.Extensions.Options;
using Polly;

namespace Godzilla.Inference.Upstreams;

/// <summary>
/// Answers with what stands behind a model: asks its upstreams one after the other, then those of the model that stands in for it. The
/// request's JSON goes as it came. Once an event has reached the client, nobody else is asked.
/// </summary>
internal sealed partial class UpstreamBackend(
    UpstreamClient upstreams, ModelRegistry models, BuiltInBackend builtIn, TokenCounter tokens, IOptions<UpstreamOptions> options, TimeProvider time, ILogger<UpstreamBackend> logger)
    : ICompletionBackend
{
    private const string Path = "chat/completions";

    public async Task RunAsync(CompletionJob job, ICompletionSink sink, CancellationToken cancellationToken)
    {
        OpenAIException? last = null;
        foreach (var model in models.ChainOf(job.Model))
        {
            job.Meter.Model = model;
            if (model.IsBuiltIn)
            {
                await builtIn.RunAsync(job, sink, cancellationToken);
                return;
            }

            foreach (var upstream in UpstreamClient.OrderOf(model))
            {
                last = await TryAsync(job, model, upstream, sink, cancellationToken);
                if (last is null)
                {
                    return;
                }
            }
        }

        job.Meter.Model = job.Model;
        throw last ?? OpenAIErrors.Unavailable(job.Model.Id);
    }

    /// <returns><see langword="null"/> if it answered; else why the next is to be asked.</returns>
    private async Task<OpenAIException?> TryAsync(CompletionJob job, Model model, string upstream, ICompletionSink sink, CancellationToken cancellationToken)
    {
        var request = job.Request;
        using var limit = new CancellationTokenSource(request.Stream ? options.Value.FirstToken : options.Value.Answer, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var (hasBegun, hasEnded) = (false, false);
        try
        {
            var body = UpstreamJson.Request(request.Json, model.Upstreams[upstream].Model ?? model.Id, request.Stream);
            using var response = await upstreams.SendAsync(upstream, Path, body, either.Token);
            if (!response.IsSuccessStatusCode)
            {
                return await RefusedAsync(response, model, upstream, either.Token);
            }

            await using var content = await response.Content.ReadAsStreamAsync(either.Token);
            if (request.Stream)
            {
                await foreach (var data in SseParser.Create(content, (_, bytes) => bytes.ToArray()).EnumerateAsync(either.Token))
                {
                    if (data.Data.AsSpan().SequenceEqual("[DONE]"u8))
                    {
                        hasEnded = true;
                        break;
                    }

                    if (!hasBegun)
                    {
                        if (ErrorIn(data.Data) is { } error)
                        {
                            LogFailed(logger, upstream, model.Id, "an error as its first event");
                            return new OpenAIException(StatusCodes.Status502BadGateway, error);
                        }

                        limit.CancelAfter(Timeout.InfiniteTimeSpan);
                        Begin(job, upstream, sink);
                        hasBegun = true;
                    }

                    await PassAsync(job, data.Data, sink, cancellationToken);
                }

                if (!hasBegun)
                {
                    LogFailed(logger, upstream, model.Id, "no event");
                    return OpenAIErrors.Unavailable(job.Model.Id);
                }

                // A connection that ends early looks like the end of the stream where its length is not known.
                return hasEnded || job.Meter.FinishReasons.Count > 0 ? null : throw new IOException("The stream has no end.");
            }

            using var answer = await UnicodeJson.ParseAsync(content, either.Token);
            Begin(job, upstream, sink);
            hasBegun = true;
            ReadAnswer(job, answer.RootElement);
            await sink.SendAsync(UpstreamJson.Answer(answer.RootElement, model.Id, keepsUsage: true), cancellationToken);
            return null;
        }
        catch (Exception exception) when (hasBegun && exception is not OpenAIException)
        {
            // An InvalidOperationException: JSON of another shape.
            if (cancellationToken.IsCancellationRequested || exception is not (HttpRequestException or IOException or JsonException or InvalidOperationException or OperationCanceledException))
            {
                throw;
            }

            LogFailed(logger, upstream, model.Id, exception.GetType().Name);
            throw OpenAIErrors.BrokenOff(job.Model.Id);
        }
        catch (Exception exception) when (
            !cancellationToken.IsCancellationRequested
            && exception is HttpRequestException or IOException or JsonException or InvalidOperationException or OperationCanceledException or ExecutionRejectedException)
        {
            LogFailed(logger, upstream, model.Id, limit.IsCancellationRequested ? "timeout" : exception.GetType().Name);
            return OpenAIErrors.Unavailable(job.Model.Id);
        }
        finally
        {
            if (hasBegun)
            {
                Estimate(job);
            }
        }
    }

    private static void Begin(CompletionJob job, string upstream, ICompletionSink sink)
    {
        job.Meter.ServedBy = upstream;
        job.Meter.Prompt = job.PromptTokens;
        sink.SetHeader(CompletionRunner.ServedBy, upstream);
    }

    // What the client did wrong it is told as the upstream said it; the rest is between the upstream and us.
    private async Task<OpenAIException> RefusedAsync(HttpResponseMessage response, Model model, string upstream, CancellationToken cancellationToken)
    {
        LogRefused(logger, upstream, model.Id, (int)response.StatusCode);
        switch (response.StatusCode)
        {
            case HttpStatusCode.TooManyRequests:
                return OpenAIErrors.UpstreamBusy(model.Id, response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1));
            case HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity:
                await using (var content = await response.Content.ReadAsStreamAsync(cancellationToken))
                {
                    using var body = await UnicodeJson.ParseAsync(content, cancellationToken);
                    throw new OpenAIException((int)response.StatusCode, UpstreamJson.ErrorOf(body.RootElement));
                }

            default:
                return OpenAIErrors.Unavailable(model.Id);
        }
    }

    private static OpenAIError? ErrorIn(byte[] data)
    {
        using var chunk = UnicodeJson.Parse(data);
        return chunk.RootElement.ValueKind == JsonValueKind.Object && chunk.RootElement.TryGetProperty("error", out _) ? UpstreamJson.ErrorOf(chunk.RootElement) : null;
    }

    private static async ValueTask PassAsync(CompletionJob job, byte[] data, ICompletionSink sink, CancellationToken cancellationToken)
    {
        using var chunk = UnicodeJson.Parse(data);
        var root = chunk.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (root.TryGetProperty("error", out _))
        {
            throw new OpenAIException(StatusCodes.Status502BadGateway, UpstreamJson.ErrorOf(root));
        }

        var isUsage = ReadUsage(job.Meter, root);
        var hasChoices = root.TryGetProperty("choices", out var choices) && choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() > 0;
        if (hasChoices)
        {
            ReadDeltas(job.Meter, choices);
        }

        // The chunk of the usage alone is there because we asked for it.
        if (hasChoices || !isUsage || job.Request.IncludeUsage)
        {
            await sink.SendAsync(UpstreamJson.Answer(root, job.Meter.Model.Id, job.Request.IncludeUsage), cancellationToken);
        }
    }

    private static void ReadAnswer(CompletionJob job, JsonElement answer)
    {
        if (answer.TryGetProperty("choices", out var choices) && choices.ValueKind == JsonValueKind.Array)
        {
            foreach (var choice in choices.EnumerateArray())
            {
                ReadPiece(job.Meter, choice, "message");
                ReadFinish(job.Meter, choice);
            }
        }

        ReadUsage(job.Meter, answer);
    }

    private static void ReadDeltas(TokenMeter meter, JsonElement choices)
    {
        foreach (var choice in choices.EnumerateArray())
        {
            ReadPiece(meter, choice, "delta");
            ReadFinish(meter, choice);
        }
    }

    private static void ReadPiece(TokenMeter meter, JsonElement choice, string name)
    {
        if (!choice.TryGetProperty(name, out var piece) || piece.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        var index = Integer(choice, "index");
        if (piece.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String)
        {
            meter.Note(index, content.GetString());
        }

        if (piece.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array)
        {
            foreach (var call in calls.EnumerateArray())
            {
                if (call.TryGetProperty("function", out var function) && function.TryGetProperty("arguments", out var arguments) && arguments.ValueKind == JsonValueKind.String)
                {
                    meter.Note(index, arguments.GetString());
                }
            }
        }
    }

    private static void ReadFinish(TokenMeter meter, JsonElement choice)
    {
        if (choice.TryGetProperty("finish_reason", out var reason) && reason.ValueKind == JsonValueKind.String)
        {
            meter.FinishReasons.Add(reason.GetString()!);
        }
    }

    private static bool ReadUsage(TokenMeter meter, JsonElement body)
    {
        if (!body.TryGetProperty("usage", out var usage) || usage.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        meter.Prompt = Integer(usage, "prompt_tokens");
        meter.Completion = Integer(usage, "completion_tokens");
        meter.Cached = usage.TryGetProperty("prompt_tokens_details", out var details) && details.ValueKind == JsonValueKind.Object ? Integer(details, "cached_tokens") : 0;
        meter.IsCounted = true;
        return true;
    }

    private static int Integer(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) ? Math.Max(0, count) : 0;

    // An upstream that was cut off, or that says nothing of its usage, is counted here.
    private void Estimate(CompletionJob job)
    {
        if (!job.Meter.IsCounted)
        {
            job.Meter.Completion = job.Meter.Answers.Sum(tokens.Count);
            job.Meter.IsCounted = true;
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Upstream {Upstream} does not answer for {Model}: {Reason}")]
    private static partial void LogFailed(ILogger logger, string upstream, string model, string reason);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "Upstream {Upstream} refuses a request for {Model}: {Status}")]
    private static partial void LogRefused(ILogger logger, string upstream, string model, int status);
}
