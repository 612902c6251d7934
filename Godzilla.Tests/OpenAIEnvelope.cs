using System.Net;
using System.Text.Json;

namespace Godzilla.Tests;

/// <summary>The shape of every error under <c>/v1</c>: that of OpenAI's API.</summary>
internal static class OpenAIEnvelope
{
    /// <summary>Asserts that an answer is such an error, with its request id.</summary>
    /// <returns>The message.</returns>
    public static async Task<string> AssertAsync(HttpStatusCode status, string type, string code, HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode}: {body}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Matches("^req_[A-Za-z0-9:-]{8,}$", Assert.Single(response.Headers.GetValues("x-request-id")));
        var error = Assert.Single(JsonDocument.Parse(body).RootElement.EnumerateObject());
        Assert.Equal("error", error.Name);
        return Check(error.Value, type, code);
    }

    /// <summary>Asserts what an error object says.</summary>
    /// <returns>The message.</returns>
    public static string Check(JsonElement error, string type, string code)
    {
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(field => field.Name));
        Assert.Equal((type, code), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        var message = error.GetProperty("message").GetString()!;
        Assert.NotEmpty(message);
        return message;
    }
}
