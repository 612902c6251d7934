using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Nodes;
using Godzilla.Inference.Admission;
using Godzilla.Inference.Generation;
using Godzilla.Inference.Models;
using Godzilla.Inference.OpenAI;
using Godzilla.Inference.V1;
using Godzilla.ServiceDefaults.ApiKeys;
using Godzilla.ServiceDefaults.Identity;
using Grpc.Core;

namespace Godzilla.Inference.Grpc;

/// <summary>
/// HelixFlow's calls. A completion takes the same way as one under <c>/v1</c>: the same checks, budgets and queues. Who calls, the signed
/// identity says; without one a call is <c>UNAUTHENTICATED</c>.
/// </summary>
internal sealed class InferenceGrpcService(CompletionRunner runner, CompletionErrors errors, ModelRegistry models, ModelHealth health, AdmissionQueues queues)
    : InferenceService.InferenceServiceBase
{
    public override async Task<InferenceResponse> Inference(InferenceRequest request, ServerCallContext context)
    {
        var text = new System.Text.StringBuilder();
        InferenceChunk? last = null;
        await RunAsync(request, context, chunk =>
        {
            text.Append(chunk.Content);
            last = chunk;
            return Task.CompletedTask;
        });
        return new InferenceResponse
        {
            Id = last!.Id,
            Object = "chat.completion",
            Created = last.Created,
            Model = last.Model,
            Choices = { new Choice { Message = new Message { Role = "assistant", Content = text.ToString() }, FinishReason = last.FinishReason } },
            Usage = last.Usage,
            FinishReason = last.FinishReason,
        };
    }

    public override Task StreamInference(InferenceRequest request, IServerStreamWriter<InferenceChunk> responseStream, ServerCallContext context) =>
        RunAsync(request, context, chunk => responseStream.WriteAsync(chunk, context.CancellationToken));

    public override Task<ModelStatusResponse> GetModelStatus(ModelStatusRequest request, ServerCallContext context)
    {
        var caller = CallerOf(context, ApiKeyScopes.Inference, ApiKeyScopes.ModelsRead);
        try
        {
            var model = models.Get(request.ModelId, caller);
            var (running, waiting, _) = queues.StateOf(model);
            return Task.FromResult(new ModelStatusResponse
            {
                ModelId = request.ModelId,
                Status = health.Of(model),
                Running = running,
                Waiting = waiting,
            });
        }
        catch (OpenAIException exception)
        {
            throw ToRpc(exception);
        }
    }

    public override Task<ListModelsResponse> ListModels(ListModelsRequest request, ServerCallContext context)
    {
        var answer = new ListModelsResponse();
        answer.Models.AddRange(models.Of(CallerOf(context, ApiKeyScopes.Inference, ApiKeyScopes.ModelsRead))
            .Select(model => new ModelInfo { Id = model.Id, OwnedBy = model.Owner, ContextTokens = model.Context }));
        return Task.FromResult(answer);
    }

    private async Task RunAsync(InferenceRequest request, ServerCallContext context, Func<InferenceChunk, Task> send)
    {
        var caller = CallerOf(context, ApiKeyScopes.Inference);
        CompletionJob job;
        try
        {
            job = runner.Prepare(ToChat(request), caller);
        }
        catch (OpenAIException exception)
        {
            throw ToRpc(exception);
        }

        var sink = new ChunkSink(job, send);
        try
        {
            await runner.RunAsync(job, sink, context.CancellationToken);
            await sink.EndAsync();
        }
        catch (Exception exception) when (exception is not RpcException && !context.CancellationToken.IsCancellationRequested)
        {
            throw ToRpc(errors.Of(exception, job));
        }
    }

    private static ClaimsPrincipal CallerOf(ServerCallContext context, params ReadOnlySpan<string> scopes)
    {
        var caller = context.GetHttpContext().User;
        if (!caller.HasClaim(claim => claim.Type == ClaimTypes.NameIdentifier))
        {
            throw new RpcException(new Status(StatusCode.Unauthenticated, "The call is not signed by a service that may speak for users"));
        }

        foreach (var scope in scopes)
        {
            if (caller.HasScope(scope))
            {
                return caller;
            }
        }

        throw ToRpc(OpenAIErrors.NoScope(scopes[0]));
    }

    private static byte[] ToChat(InferenceRequest request)
    {
        var chat = new JsonObject
        {
            ["model"] = request.ModelId,
            ["messages"] = new JsonArray([.. request.Messages.Select(message => new JsonObject { ["role"] = message.Role, ["content"] = message.Content })]),
            ["stream"] = true,
            ["max_completion_tokens"] = request.MaxTokens == 0 ? null : request.MaxTokens,
            ["temperature"] = request.HasTemperature ? request.Temperature : null,
            ["top_p"] = request.HasTopP ? request.TopP : null,
            ["stop"] = request.Stop.Count == 0 ? null : new JsonArray([.. request.Stop.Select(stop => (JsonNode)stop)]),
        };
        return JsonSerializer.SerializeToUtf8Bytes(chat);
    }

    // https://grpc.io/docs/guides/status-codes/
    private static RpcException ToRpc(OpenAIException exception) => new(new Status(
        exception.Status switch
        {
            StatusCodes.Status400BadRequest => StatusCode.InvalidArgument,
            StatusCodes.Status403Forbidden => StatusCode.PermissionDenied,
            StatusCodes.Status404NotFound => StatusCode.NotFound,
            StatusCodes.Status429TooManyRequests => StatusCode.ResourceExhausted,
            StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable => StatusCode.Unavailable,
            StatusCodes.Status504GatewayTimeout => StatusCode.DeadlineExceeded,
            _ => StatusCode.Internal,
        },
        exception.Error.Message));

    /// <summary>Makes gRPC's chunks of OpenAI's.</summary>
    private sealed class ChunkSink(CompletionJob job, Func<InferenceChunk, Task> send) : ICompletionSink
    {
        public void SetHeader(string name, string value)
        {
            // Limits are told by status alone.
        }

        public async ValueTask SendAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
        {
            if (TextOf(json) is { Length: > 0 } text)
            {
                await send(Chunk(text));
            }
        }

        public Task EndAsync()
        {
            var (last, meter) = (Chunk(""), job.Meter);
            last.FinishReason = meter.FinishReasons.LastOrDefault("stop");
            last.Usage = new() { PromptTokens = meter.Prompt, CompletionTokens = meter.Completion, TotalTokens = meter.Prompt + meter.Completion };
            return send(last);
        }

        private static string? TextOf(ReadOnlyMemory<byte> json)
        {
            using var chunk = JsonDocument.Parse(json);
            return chunk.RootElement.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0
                && choices[0].TryGetProperty("delta", out var delta) && delta.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String
                    ? content.GetString() : null;
        }

        private InferenceChunk Chunk(string content) => new()
        {
            Id = job.Id,
            Object = "chat.completion.chunk",
            Created = job.Created,
            Model = job.Meter.Model.Id,
            Content = content,
        };
    }
}
