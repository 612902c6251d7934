using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Godzilla.Tests;

/// <summary>Somebody who uses the system through a gateway.</summary>
internal sealed class Person(Uri gateway, string name, string password) : IDisposable
{
    public string Name => name;

    public string Password => password;

    /// <summary>The token in the cookie; empty before signing in.</summary>
    public string Token { get; private set; } = "";

    /// <summary>Sends the cookie along.</summary>
    public HttpClient Http { get; } = GodzillaApp.CreateClient(gateway);

    public async Task RegisterAsync()
    {
        using var response = await PostUntilAvailableAsync("/user/register", new { username = name, password });
        response.EnsureSuccessStatusCode();
    }

    public async Task LogInAsync()
    {
        using var response = await PostUntilAvailableAsync("/user/login", new { username = name, password });
        response.EnsureSuccessStatusCode();
        Use(TokenIn(response));
    }

    public async Task LogOutAsync()
    {
        using var response = await Http.PostAsync("/user/logout", content: null);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Waits until this session is refused: gateways hear of an end a moment after the answer to whoever ended it.</summary>
    public async Task EndedAsync()
    {
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await Http.GetAsync("/user/me");
                return response.StatusCode == HttpStatusCode.Unauthorized;
            },
            $"a session of {name} is refused");
        using var refused = await Http.GetAsync("/user/me");
        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, refused);
    }

    /// <summary>The same person with another session.</summary>
    public async Task<Person> AgainAsync()
    {
        var again = new Person(gateway, name, password);
        await again.LogInAsync();
        return again;
    }

    /// <summary>Sends a request with a JSON body, or none.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null) =>
        Http.SendAsync(new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) });

    /// <summary>The same person with the same session, at another gateway.</summary>
    public Person At(Uri otherGateway)
    {
        var other = new Person(otherGateway, name, password);
        other.Use(Token);
        return other;
    }

    /// <summary>Opens a connection to the hub and waits for its welcome.</summary>
    public async Task<HubClient> ConnectAsync()
    {
        var client = await HubClient.ConnectAsync(gateway, Token);
        await client.WaitForAsync("welcome", welcome => welcome.GetProperty("username").GetString() == name);
        return client;
    }

    /// <summary>Creates a discussion with others.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> CreateDiscussionAsync(params Person[] others)
    {
        using var response = await PostUntilAvailableAsync("/discussion", new { users = others.Select(other => other.Name).Append(name) });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    /// <summary>Stores messages over HTTP.</summary>
    public async Task PostAsync(string discussion, params string[] texts)
    {
        using var response = await PostUntilAvailableAsync(
            $"/discussion/{discussion}/messages", texts.Select(text => new { text, client_id = Guid.NewGuid().ToString() }).ToArray());
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Reads a page of a discussion's messages, the newest unless the query says otherwise.</summary>
    /// <param name="query">Such as <c>?limit=5</c>.</param>
    public Task<JsonElement> ReadAsync(string discussion, string query = "") =>
        Http.GetFromJsonAsync<JsonElement>($"/discussion/{discussion}/messages{query}");

    /// <summary>Reads all of a discussion's messages, page by page.</summary>
    /// <returns>The messages, the oldest first.</returns>
    public async Task<IReadOnlyList<JsonElement>> ReadAllAsync(string discussion)
    {
        var messages = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var page = await ReadAsync(discussion, cursor is null ? "?limit=100" : $"?limit=100&cursor={cursor}");
            messages.AddRange(page.GetProperty("messages").EnumerateArray());
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);
        messages.Reverse();
        return messages;
    }

    public void Dispose() => Http.Dispose();

    internal static string TokenIn(HttpResponseMessage response)
    {
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        return cookie.Split(';')[0].Split('=', 2)[1];
    }

    // What only prepares a test comes again after a 503, as clients are told to: a busy machine can make a store late.
    private async Task<HttpResponseMessage> PostUntilAvailableAsync(string path, object body)
    {
        HttpResponseMessage? response = null;
        await Eventually.TrueAsync(
            async () =>
            {
                response?.Dispose();
                response = await Http.PostAsJsonAsync(path, body);
                return response.StatusCode != HttpStatusCode.ServiceUnavailable;
            },
            $"{path} is available");
        return response!;
    }

    private void Use(string token)
    {
        Token = token;
        Http.DefaultRequestHeaders.Remove("Cookie");
        Http.DefaultRequestHeaders.Add("Cookie", $"auth_token={Token}");
    }
}
