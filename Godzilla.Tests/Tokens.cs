using System.Buffers.Text;
using System.Net.Http.Json;
using System.Text.Json;

namespace Godzilla.Tests;

/// <summary>The tokens of a program.</summary>
internal sealed record Tokens(string Access, string Refresh)
{
    /// <summary>The claims of the access token.</summary>
    public JsonElement Claims => Part(1);

    /// <summary>Its header.</summary>
    public JsonElement Header => Part(0);

    /// <summary>The id of their family.</summary>
    public string Family => Claims.GetProperty("sid").GetString()!;

    /// <summary>Signs a person in as a program does.</summary>
    public static async Task<Tokens> IssueAsync(Person person)
    {
        using var response = await person.Http.PostAsJsonAsync("/auth/token", new { username = person.Name, password = person.Password });
        return await ReadAsync(response);
    }

    /// <summary>Reads what <c>/auth/token</c> or <c>/auth/refresh</c> answered.</summary>
    public static async Task<Tokens> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        var body = JsonDocument.Parse(text).RootElement;
        return new Tokens(body.GetProperty("access_token").GetString()!, body.GetProperty("refresh_token").GetString()!);
    }

    private JsonElement Part(int index) => JsonDocument.Parse(Base64Url.DecodeFromChars(Access.Split('.')[index])).RootElement;
}
