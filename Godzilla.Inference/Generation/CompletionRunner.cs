using System.Diagnostics;
using System.Globalization;
using System.Security.Claims;
using Godzilla.Inference.Admission;
using Godzilla.Inference.Budgets;
using Godzilla.Inference.Models;
using Godzilla.Inference.OpenAI;
using Godzilla.Inference.Tokens;
using Godzilla.Inference.Upstreams;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Godzilla.Inference.Generation;

/// <summary>
/// Takes a completion from its request to its end: checks it, reserves what it may cost at most, waits for its turn, lets the model answer, and
/// settles what it has cost, also when it is cut off.
/// </summary>
internal sealed class CompletionRunner(
    ModelRegistry models,
    TokenCounter tokens,
    BudgetLedger ledger,
    AdmissionQueues queues,
    BuiltInBackend builtIn,
    UpstreamBackend upstream,
    GenerationMetrics metrics,
    IOptions<GenerationOptions> options,
    TimeProvider time)
{
    /// <summary>The header that says who has answered.</summary>
    public const string ServedBy = "x-godzilla-served-by";

    // What a picture or a sound counts as before the upstream has said what it was.
    private const int MediaTokens = 2000;

    private const string Operation = "chat";

    /// <summary>Checks a request.</summary>
    /// <exception cref="OpenAIException">It is wrong, or the caller may not use its model.</exception>
    public CompletionJob Prepare(ReadOnlyMemory<byte> body, ClaimsPrincipal caller)
    {
        var request = ChatCompletionRequest.Parse(body);
        var model = models.Get(request.Model, caller);
        if (!model.Completes)
        {
            throw OpenAIErrors.Unsupported(model.Id, "chat completions", "model");
        }

        var prompt = tokens.CountPrompt(request.Messages) + tokens.CountTools(request.Options.ToolMode is NoneChatToolMode ? null : request.Options.Tools) + (request.Media.Count * MediaTokens);
        if (prompt >= model.Context)
        {
            throw OpenAIErrors.TooLong(model.Context, prompt, completion: 0, "messages");
        }

        if (request.MaxTokens > model.MaxOutput)
        {
            throw OpenAIException.Invalid(
                string.Create(CultureInfo.InvariantCulture, $"'{request.MaxTokensName}' may be {model.MaxOutput} at most for the model '{model.Id}'."), request.MaxTokensName, "invalid_value");
        }

        return prompt + request.MaxTokens > model.Context
            ? throw OpenAIErrors.TooLong(model.Context, prompt, request.MaxTokens ?? 0, "messages")
            : new CompletionJob(
                request, model, caller, prompt, request.MaxTokens ?? Math.Min(model.MaxOutput, model.Context - prompt), time.GetUtcNow().ToUnixTimeSeconds());
    }

    /// <summary>Runs a completion to its end.</summary>
    /// <param name="job">The completion.</param>
    /// <param name="sink">Takes the answer.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="OpenAIException">It was refused, or it failed.</exception>
    public async Task RunAsync(CompletionJob job, ICompletionSink sink, CancellationToken cancellationToken)
    {
        await using var reservation = await ReserveAsync(job, sink, cancellationToken);
        RateLimitHeaders.Set(sink.SetHeader, reservation.State);
        using var turn = await queues.EnterAsync(job.Model, job.Turn, cancellationToken);
        using var deadline = new CancellationTokenSource(options.Value.Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var activity = GenerationMetrics.Source.StartActivity($"{Operation} {job.Model.Id}", ActivityKind.Internal);
        var timed = new TimedSink(sink, time);
        var start = time.GetTimestamp();
        var (error, settling) = ((string?)null, (Task?)null);
        try
        {
            ICompletionBackend backend = job.Model.IsBuiltIn ? builtIn : upstream;
            await backend.RunAsync(job, timed, either.Token);

            // On its way before the client hears of the end, which need not wait for the answer: the client's next request comes after it.
            settling = reservation.SettleAsync(job.Meter.Spent);
            await sink.EndAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            error = "timeout";
            throw OpenAIErrors.Deadline(job.Model.Id);
        }
        catch (Exception exception)
        {
            error = cancellationToken.IsCancellationRequested ? "cancelled" : (exception as OpenAIException)?.Error.Code ?? exception.GetType().Name;
            throw;
        }
        finally
        {
            // What failed before it gave anything costs nothing.
            if (settling is not null)
            {
                await settling;
            }
            else if (job.Meter.Completion > 0 || (job.Meter.Prompt > 0 && error is "cancelled" or "timeout"))
            {
                await reservation.SettleAsync(job.Meter.Spent);
            }

            var firstToken = job.Request.Stream && timed.FirstAt is { } first ? time.GetElapsedTime(start, first) : (TimeSpan?)null;
            metrics.Ended(Operation, job.Model.Id, job.Meter, time.GetElapsedTime(start), firstToken, error);
            Describe(activity, job, error);
        }
    }

    private async Task<Reservation> ReserveAsync(CompletionJob job, ICompletionSink sink, CancellationToken cancellationToken)
    {
        var most = (long)job.MaxTokens * job.Request.N;

        // A model that stands in may cost more.
        var money = models.ChainOf(job.Model).Max(model => model.CostOf(job.PromptTokens, (int)Math.Min(most, int.MaxValue)));
        try
        {
            return await ledger.ReserveAsync(job.User, job.Key, job.Model.Id, new Spend(job.PromptTokens + most, money), cancellationToken);
        }
        catch (BudgetExceededException exception)
        {
            RateLimitHeaders.Set(sink.SetHeader, exception.State);
            throw OpenAIErrors.OverBudget(exception);
        }
    }

    // https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
    private void Describe(Activity? activity, CompletionJob job, string? error)
    {
        if (activity is null)
        {
            return;
        }

        var (chat, meter) = (job.Request.Options, job.Meter);
        activity.SetTag("gen_ai.operation.name", Operation)
            .SetTag("gen_ai.provider.name", meter.ServedBy)
            .SetTag("gen_ai.request.model", job.Model.Id)
            .SetTag("gen_ai.response.model", meter.Model.Id)
            .SetTag("gen_ai.response.id", job.Id)
            .SetTag("gen_ai.request.max_tokens", job.MaxTokens)
            .SetTag("gen_ai.request.temperature", chat.Temperature)
            .SetTag("gen_ai.request.top_p", chat.TopP)
            .SetTag("gen_ai.request.seed", chat.Seed)
            .SetTag("gen_ai.request.choice.count", job.Request.N == 1 ? null : job.Request.N)
            .SetTag("gen_ai.response.finish_reasons", meter.FinishReasons.ToArray())
            .SetTag("gen_ai.usage.input_tokens", meter.Prompt)
            .SetTag("gen_ai.usage.output_tokens", meter.Completion);
        if (options.Value.RecordContent)
        {
            activity.SetTag("gen_ai.input.messages", string.Join('\n', job.Request.Messages.Select(message => $"{message.Role}: {message.Text}")))
                .SetTag("gen_ai.output.messages", string.Join('\n', meter.Answers.Select(answer => $"assistant: {answer}")));
        }

        if (error is not null)
        {
            activity.SetStatus(ActivityStatusCode.Error).SetTag("error.type", error);
        }
    }

    /// <summary>Notes when the first event came.</summary>
    private sealed class TimedSink(ICompletionSink inner, TimeProvider time) : ICompletionSink
    {
        public long? FirstAt { get; private set; }

        public void SetHeader(string name, string value) => inner.SetHeader(name, value);

        public ValueTask SendAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
        {
            FirstAt ??= time.GetTimestamp();
            return inner.SendAsync(json, cancellationToken);
        }
    }
}
