using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Godzilla.Cli.Seed;

/// <summary>The gateway refused a call; the message says why.</summary>
internal sealed class SeedException(string message) : Exception(message);

/// <summary>Somebody who uses the gateway's public API.</summary>
internal sealed class Visitor(Uri url, string name) : IDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new() { BaseAddress = url };

    public string Name => name;

    /// <returns><see langword="false"/> if the name is taken.</returns>
    public async Task<bool> TryRegisterAsync(string password, CancellationToken cancellationToken)
    {
        using var response = await SendAsync("/user/register", new { username = name, password }, cancellationToken);
        return response.StatusCode != HttpStatusCode.Conflict;
    }

    public async Task LogInAsync(string password, CancellationToken cancellationToken)
    {
        using var response = await SendAsync("/user/login", new { username = name, password }, cancellationToken);
    }

    /// <returns>The discussion's id.</returns>
    public async Task<string> CreateDiscussionAsync(string title, string other, CancellationToken cancellationToken)
    {
        using var response = await SendAsync("/discussion", new { users = new[] { name, other }, title }, cancellationToken);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("id").GetString()!;
    }

    public async Task PostAsync(string discussion, string text, CancellationToken cancellationToken)
    {
        // With an id, a retry is the same message.
        var messages = new[] { new { text, client_id = Guid.NewGuid().ToString() } };
        using var response = await SendAsync($"/discussion/{discussion}/messages", messages, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    // The gateway says when to try again: it limits requests, and a store may be away.
    private async Task<HttpResponseMessage> SendAsync<T>(string path, T body, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeLimit);
        while (true)
        {
            var response = await _http.PostAsJsonAsync(path, body, cancellationToken);
            if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.Conflict)
            {
                return response;
            }

            using (response)
            {
                if (response.Headers.RetryAfter?.Delta is not { } delay || limit.IsCancellationRequested)
                {
                    throw new SeedException($"{path} answered {(int)response.StatusCode}: {await MessageOfAsync(response, cancellationToken)}");
                }

                await Task.Delay(delay, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private static async Task<string> MessageOfAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return (await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("message").GetString() ?? "";
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return response.ReasonPhrase ?? "";
        }
    }
}
