using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Claims;
using System.Text.Json;
using Godzilla.Inference.Admission;
using Godzilla.Inference.Budgets;
using Godzilla.Inference.Generation;
using Godzilla.Inference.Mini;
using Godzilla.Inference.Models;
using Godzilla.Inference.OpenAI;
using Godzilla.Inference.Tokens;
using Godzilla.Inference.Upstreams;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Polly;

namespace Godzilla.Inference.Embeddings;

/// <summary>Takes a request for embeddings to its end: checks it, reserves its cost, waits for its turn, answers and settles.</summary>
internal sealed class EmbeddingRunner(
    ModelRegistry models,
    TokenCounter tokens,
    BudgetLedger ledger,
    AdmissionQueues queues,
    [FromKeyedServices(MiniExtensions.ModelId)] IEmbeddingGenerator<string, Embedding<float>> generator,
    UpstreamClient upstreams,
    IOptions<UpstreamOptions> options,
    GenerationMetrics metrics,
    TimeProvider time)
{
    private const string Operation = "embeddings";

    /// <summary>Answers a request.</summary>
    /// <returns>The body of the answer.</returns>
    /// <exception cref="OpenAIException">It was refused, or it failed.</exception>
    public async Task<ReadOnlyMemory<byte>> RunAsync(
        ReadOnlyMemory<byte> body, ClaimsPrincipal caller, Action<string, string> setHeader, CancellationToken cancellationToken)
    {
        var request = EmbeddingRequest.Parse(body);
        var model = models.Get(request.Model, caller);
        if (!model.Embeds)
        {
            throw OpenAIErrors.Unsupported(model.Id, "requests for embeddings", "model");
        }

        if (model.IsBuiltIn && request.Dimensions > MiniExtensions.EmbeddingDimensions)
        {
            throw OpenAIException.Invalid(
                string.Create(CultureInfo.InvariantCulture, $"'dimensions' may be {MiniExtensions.EmbeddingDimensions} at most."), "dimensions", "integer_above_max_value");
        }

        var count = Count(request, model);
        var (user, key) = (caller.Username(), caller.KeyId());
        await using var reservation = await ReserveAsync(user, key, model, count, setHeader, cancellationToken);
        RateLimitHeaders.Set(setHeader, reservation.State);
        using var turn = await queues.EnterAsync(model, key.Length > 0 ? key : user, cancellationToken);
        using var activity = GenerationMetrics.Source.StartActivity($"{Operation} {model.Id}", ActivityKind.Internal);
        var (meter, start, error) = (new TokenMeter(model), time.GetTimestamp(), (string?)null);
        try
        {
            var answer = model.IsBuiltIn
                ? await GenerateAsync(request, model, count, meter, cancellationToken)
                : await ForwardAsync(request, model, count, meter, cancellationToken);
            setHeader(CompletionRunner.ServedBy, meter.ServedBy);
            await reservation.SettleAsync(meter.Spent);
            return answer;
        }
        catch (Exception exception)
        {
            error = (exception as OpenAIException)?.Error.Code ?? exception.GetType().Name;
            activity?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", error);
            throw;
        }
        finally
        {
            metrics.Ended(Operation, model.Id, meter, time.GetElapsedTime(start), firstToken: null, error);
            activity?.SetTag("gen_ai.operation.name", Operation)
                .SetTag("gen_ai.provider.name", meter.ServedBy)
                .SetTag("gen_ai.request.model", model.Id)
                .SetTag("gen_ai.usage.input_tokens", meter.Prompt);
        }
    }

    private int Count(EmbeddingRequest request, Model model)
    {
        var total = 0;
        var counts = request.Tokens.Count > 0 ? request.Tokens.Select(input => input.Length) : request.Texts.Select(tokens.Count);
        foreach (var count in counts)
        {
            total += count <= model.Context
                ? count
                : throw OpenAIException.Invalid(
                    string.Create(CultureInfo.InvariantCulture, $"The model takes {model.Context} tokens; an input has {count}."), "input", "context_length_exceeded");
        }

        return total;
    }

    private async Task<Reservation> ReserveAsync(
        string user, string key, Model model, int count, Action<string, string> setHeader, CancellationToken cancellationToken)
    {
        try
        {
            return await ledger.ReserveAsync(user, key, model.Id, new Spend(count, model.CostOf(count, completion: 0)), cancellationToken);
        }
        catch (BudgetExceededException exception)
        {
            RateLimitHeaders.Set(setHeader, exception.State);
            throw OpenAIErrors.OverBudget(exception);
        }
    }

    private async Task<ReadOnlyMemory<byte>> GenerateAsync(EmbeddingRequest request, Model model, int count, TokenMeter meter, CancellationToken cancellationToken)
    {
        var texts = request.Texts;
        if (request.Tokens.Count > 0)
        {
            texts = [.. request.Tokens.Select(input => tokens.Decode(input) ?? throw OpenAIException.Invalid("'input' has numbers that are no tokens of o200k.", "input", "invalid_value"))];
        }

        meter.ServedBy = "built-in";
        var embeddings = await generator.GenerateAsync(texts, new EmbeddingGenerationOptions { Dimensions = request.Dimensions }, cancellationToken);
        meter.Prompt = count;
        return Write(embeddings, request, model, count);
    }

    private async Task<ReadOnlyMemory<byte>> ForwardAsync(EmbeddingRequest request, Model model, int count, TokenMeter meter, CancellationToken cancellationToken)
    {
        foreach (var upstream in UpstreamClient.OrderOf(model))
        {
            using var limit = new CancellationTokenSource(options.Value.Answer, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                var body = UpstreamJson.Request(request.Json, model.Upstreams[upstream].Model ?? model.Id, isStream: false);
                using var response = await upstreams.SendAsync(upstream, Operation, body, either.Token);
                await using var content = await response.Content.ReadAsStreamAsync(either.Token);
                if (response.StatusCode == HttpStatusCode.BadRequest)
                {
                    using var refusal = await UnicodeJson.ParseAsync(content, either.Token);
                    throw new OpenAIException(StatusCodes.Status400BadRequest, UpstreamJson.ErrorOf(refusal.RootElement));
                }

                if (response.IsSuccessStatusCode)
                {
                    using var answer = await UnicodeJson.ParseAsync(content, either.Token);
                    (meter.ServedBy, meter.Prompt) = (upstream, PromptOf(answer.RootElement) ?? count);
                    return UpstreamJson.Answer(answer.RootElement, model.Id, keepsUsage: true);
                }
            }
            catch (Exception exception) when (
                !cancellationToken.IsCancellationRequested // An InvalidOperationException: JSON of another shape.
                && exception is HttpRequestException or IOException or JsonException or InvalidOperationException or OperationCanceledException or ExecutionRejectedException)
            {
                // The next, if there is one.
            }
        }

        throw OpenAIErrors.Unavailable(model.Id);
    }

    private static int? PromptOf(JsonElement answer) =>
        answer.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object
        && usage.TryGetProperty("prompt_tokens", out var count) && count.TryGetInt32(out var number) ? number : null;

    private static ReadOnlyMemory<byte> Write(GeneratedEmbeddings<Embedding<float>> embeddings, EmbeddingRequest request, Model model, int count)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            for (var i = 0; i < embeddings.Count; i++)
            {
                var vector = embeddings[i].Vector.Span;
                json.WriteStartObject();
                json.WriteString("object", "embedding");
                json.WriteNumber("index", i);
                if (request.IsBase64)
                {
                    // Single-precision numbers, the lowest byte first.
                    json.WriteBase64String("embedding", MemoryMarshal.AsBytes(vector));
                }
                else
                {
                    json.WriteStartArray("embedding");
                    foreach (var number in vector)
                    {
                        json.WriteNumberValue(number);
                    }

                    json.WriteEndArray();
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("model", model.Id);
            json.WriteStartObject("usage");
            json.WriteNumber("prompt_tokens", count);
            json.WriteNumber("total_tokens", count);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
