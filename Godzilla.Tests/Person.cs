using System.Net.Http.Json;
using System.Text.Json;
using Godzilla.Tests.Clients;

namespace Godzilla.Tests;

/// <summary>Somebody who uses the system through the gateway.</summary>
internal sealed class Person(GodzillaApp app, string name, string password) : IDisposable
{
    public string Name => name;

    public string Password => password;

    /// <summary>The token in the cookie; empty before signing in.</summary>
    public string Token { get; private set; } = "";

    /// <summary>Sends the cookie along.</summary>
    public HttpClient Http { get; } = app.CreateClient();

    public async Task RegisterAsync()
    {
        using var response = await Http.PostAsJsonAsync("/user/register", new { username = name, password });
        response.EnsureSuccessStatusCode();
    }

    public async Task LogInAsync()
    {
        using var response = await Http.PostAsJsonAsync("/user/login", new { username = name, password });
        response.EnsureSuccessStatusCode();
        Token = TokenIn(response);
        Http.DefaultRequestHeaders.Remove("Cookie");
        Http.DefaultRequestHeaders.Add("Cookie", $"auth_token={Token}");
    }

    public async Task LogOutAsync()
    {
        using var response = await Http.PostAsync("/user/logout", content: null);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Opens a SignalR connection.</summary>
    /// <returns>The connection, which has had its welcome.</returns>
    public async Task<SignalRClient> ConnectAsync()
    {
        var client = await SignalRClient.ConnectAsync(app.Gateway, Token);
        await client.WaitForAsync("welcome", welcome => welcome.GetProperty("username").GetString() == name);
        return client;
    }

    /// <summary>Creates a discussion with others.</summary>
    /// <param name="others">Its other members.</param>
    /// <returns>Its id.</returns>
    public async Task<string> CreateDiscussionAsync(params Person[] others)
    {
        using var response = await Http.PostAsJsonAsync("/discussion", new { users = others.Select(other => other.Name).Append(name) });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    /// <summary>Reads a discussion's newest messages.</summary>
    /// <param name="discussion">The discussion.</param>
    /// <param name="query">Such as <c>?limit=5</c>.</param>
    /// <returns>The page.</returns>
    public Task<JsonElement> ReadAsync(string discussion, string query = "") =>
        Http.GetFromJsonAsync<JsonElement>($"/discussion/{discussion}/messages{query}");

    public void Dispose() => Http.Dispose();

    internal static string TokenIn(HttpResponseMessage response)
    {
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        return cookie.Split(';')[0].Split('=', 2)[1];
    }
}
