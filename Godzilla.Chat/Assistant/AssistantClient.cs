using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.Extensions.Options;

namespace Godzilla.Chat.Assistant;

/// <summary>Asks Inference, by OpenAI's own API and in the name of who asked.</summary>
internal sealed class AssistantClient(HttpClient http, IOptions<AssistantOptions> options)
{
    private const string Away = "The assistant is out of reach";
    private const string End = "[DONE]";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Streams an answer.</summary>
    /// <param name="caller">Who asked: the answer is on their budget.</param>
    /// <param name="turns">The conversation, the oldest first.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The pieces of the text.</returns>
    /// <exception cref="AssistantException">Inference has refused it, or is out of reach.</exception>
    public async IAsyncEnumerable<string> AskAsync(
        CallerIdentity caller, IReadOnlyList<Turn> turns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync(caller, turns, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var events = SseParser.Create(body).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(events, cancellationToken) && events.Current.Data != End)
        {
            if (TextOf(events.Current.Data) is { Length: > 0 } text)
            {
                yield return text;
            }
        }
    }

    private async Task<HttpResponseMessage> SendAsync(CallerIdentity caller, IReadOnlyList<Turn> turns, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = JsonContent.Create(new { options.Value.Model, Messages = turns, options.Value.MaxTokens, Stream = true }, options: Json),
        };
        request.Options.Set(SignedClientHandler.Caller, caller with { UserAgent = "" });
        try
        {
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.IsSuccessStatusCode ? response : throw await RefusalAsync(response, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw new AssistantException(Away, exception);
        }
    }

    private static async Task<AssistantException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using (response)
        {
            return new AssistantException(ErrorOf(await response.Content.ReadAsStringAsync(cancellationToken)) ?? Away);
        }
    }

    private static async Task<bool> MoveNextAsync(IAsyncEnumerator<SseItem<string>> events, CancellationToken cancellationToken)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            throw new AssistantException(Away, exception);
        }
    }

    private static string? TextOf(string data) => ErrorOf(data) is { } error
        ? throw new AssistantException(error)
        : JsonSerializer.Deserialize<Chunk>(data, Json)?.Choices is [var choice, ..] ? choice.Delta?.Content : null;

    private static string? ErrorOf(string data)
    {
        try
        {
            return JsonSerializer.Deserialize<Failure>(data, Json)?.Error?.Message;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Something that was said.</summary>
    /// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
    /// <param name="Content">The text.</param>
    internal sealed record Turn(string Role, string Content);

    private sealed record Chunk(Choice[]? Choices);

    private sealed record Choice(Piece? Delta);

    private sealed record Piece(string? Content);

    private sealed record Failure(Reason? Error);

    private sealed record Reason(string? Message);
}
