using System.Net;
using System.Text.Json;

namespace Godzilla.Tests.System.Inference;

/// <summary>Errors under <c>/v1</c>.</summary>
internal static class OpenAIErrorBody
{
    /// <summary>Asserts that an answer is an error of OpenAI's shape.</summary>
    /// <returns>The error.</returns>
    public static async Task<JsonElement> AssertAsync(HttpStatusCode status, string type, string? code, HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode} {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var body = JsonElement.Parse(text);
        Assert.Equal(["error"], body.EnumerateObject().Select(property => property.Name));
        var error = body.GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(property => property.Name));
        Assert.Equal(type, error.GetProperty("type").GetString());
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        return error;
    }
}
