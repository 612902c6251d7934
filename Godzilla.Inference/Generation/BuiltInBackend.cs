using System.Security.Cryptography;
using Godzilla.Inference.Mini;
using Godzilla.Inference.Mini.Json;
using Godzilla.Inference.OpenAI;
using Godzilla.Inference.Tokens;
using Microsoft.Extensions.AI;

namespace Godzilla.Inference.Generation;

/// <summary>Answers with the model that is built in.</summary>
internal sealed class BuiltInBackend([FromKeyedServices(MiniExtensions.ModelId)] IChatClient model, TokenCounter tokens) : ICompletionBackend
{
    private const string Name = "built-in";
    private const string InvalidSchema = "invalid_json_schema";

    public async Task RunAsync(CompletionJob job, ICompletionSink sink, CancellationToken cancellationToken)
    {
        var (request, meter) = (job.Request, job.Meter);
        if (request.Media is [var media, ..])
        {
            throw OpenAIErrors.Unsupported(meter.Model.Id, "anything but text", media);
        }

        foreach (var (schema, path) in request.StrictSchemas)
        {
            if (StrictSchema.Violation(schema) is { } violation)
            {
                throw OpenAIException.Invalid(violation, path, InvalidSchema);
            }
        }

        // It may stand in for a model that takes more.
        var most = Math.Min(job.MaxTokens, meter.Model.Context - job.PromptTokens);
        if (most <= 0)
        {
            throw OpenAIErrors.TooLong(meter.Model.Context, job.PromptTokens, completion: 0, "messages");
        }

        meter.ServedBy = Name;
        meter.Prompt = job.PromptTokens;
        sink.SetHeader(CompletionRunner.ServedBy, Name);
        var seed = request.Options.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        List<Answer> answers = [];
        using var writer = new CompletionWriter(job);
        for (var i = 0; i < request.N; i++)
        {
            var options = request.Options.Clone();
            options.MaxOutputTokens = most;
            options.Seed = unchecked(seed + i);
            answers.Add(new Answer());
            await AnswerAsync(job, options, i, answers[i], request.Stream ? sink : null, writer, cancellationToken);
        }

        if (!request.Stream)
        {
            await sink.SendAsync(writer.Completion(answers), cancellationToken);
        }
        else if (request.IncludeUsage)
        {
            await sink.SendAsync(writer.Usage(), cancellationToken);
        }
    }

    private async Task AnswerAsync(
        CompletionJob job, ChatOptions options, int index, Answer answer, ICompletionSink? sink, CompletionWriter writer, CancellationToken cancellationToken)
    {
        var (meter, before) = (job.Meter, job.Meter.Completion);
        UsageDetails? usage = null;
        try
        {
            var isFirst = true;
            await foreach (var update in model.GetStreamingResponseAsync(job.Request.Messages, options, cancellationToken).WithCancellation(cancellationToken))
            {
                if (isFirst && sink is not null)
                {
                    await sink.SendAsync(writer.Role(index), cancellationToken);
                }

                isFirst = false;
                answer.FinishReason = update.FinishReason?.Value ?? answer.FinishReason;
                if (update.AdditionalProperties?.GetValueOrDefault(MiniChatClient.ToolCallDelta) is ToolCallDelta delta)
                {
                    answer.Written.Append(delta.Arguments.Length == 0 ? delta.Name : delta.Arguments);
                    if (sink is not null)
                    {
                        await sink.SendAsync(writer.ToolCall(index, answer.Calls.Count, delta), cancellationToken);
                    }
                }

                foreach (var content in update.Contents)
                {
                    switch (content)
                    {
                        // A token may be a part of a character: then its text comes with the next one.
                        case TextContent text:
                            var logprobs = update.AdditionalProperties?.GetValueOrDefault(MiniChatClient.Logprobs) as IReadOnlyList<TokenLogprob>;
                            answer.Text.Append(text.Text);
                            answer.Written.Append(text.Text);
                            answer.Logprobs.AddRange(logprobs ?? []);
                            if (sink is not null)
                            {
                                await sink.SendAsync(writer.Text(index, text.Text, logprobs), cancellationToken);
                            }

                            break;
                        case FunctionCallContent call:
                            answer.Calls.Add(call);
                            break;
                        case UsageContent { Details: var details }:
                            usage = details;
                            break;
                        default:
                            break;
                    }
                }
            }

            if (sink is not null)
            {
                await sink.SendAsync(writer.Finish(index, answer.FinishReason), cancellationToken);
            }
        }
        catch (SchemaException exception)
        {
            var param = job.Request.Options.ResponseFormat is ChatResponseFormatJson ? "response_format.json_schema.schema" : "tools";
            throw OpenAIException.Invalid(exception.Message, param, InvalidSchema);
        }
        finally
        {
            var written = answer.Written.ToString();
            meter.Note(index, written);

            // The model says at its end what it used; one that is cut off is counted.
            if (usage is not null)
            {
                meter.Prompt = (int)(usage.InputTokenCount ?? meter.Prompt);
                meter.Completion = before + (int)(usage.OutputTokenCount ?? 0);
            }
            else
            {
                meter.Completion = before + tokens.Count(written);
            }
        }

        meter.FinishReasons.Add(answer.FinishReason);
    }
}
