using System.Text.Json;

namespace Godzilla.Tests.System.Inference;

/// <summary>Reads an answer of server-sent events, line by line as they come.</summary>
internal sealed class SseReader : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private SseReader(HttpResponseMessage response, Stream stream) => (_response, _lines) = (response, new StreamReader(stream));

    /// <summary>How many comments came so far.</summary>
    public int Comments { get; private set; }

    public static async Task<SseReader> OpenAsync(HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync());
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new SseReader(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event; <see langword="null"/> at the end of the stream.</summary>
    public async Task<SseEvent?> NextAsync()
    {
        string? id = null;
        while (await _lines.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(':'))
            {
                Comments++;
            }
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = line[4..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return new SseEvent(id, line[6..]);
            }
        }

        return null;
    }

    /// <summary>All that is left.</summary>
    public async Task<List<SseEvent>> RestAsync()
    {
        var events = new List<SseEvent>();
        while (await NextAsync() is { } next)
        {
            events.Add(next);
        }

        return events;
    }

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
    }
}

/// <summary>A server-sent event.</summary>
internal sealed record SseEvent(string? Id, string Data)
{
    public JsonElement Json => JsonElement.Parse(Data);

    /// <summary>The text that a chunk adds; empty for one that adds none.</summary>
    public string Text => Data != "[DONE]" && Json.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0
        && choices[0].GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() ?? "" : "";
}
