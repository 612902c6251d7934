using System.Net;
using System.Text.Json;

namespace Godzilla.Tests;

/// <summary>The one shape of every error.</summary>
internal static class Envelope
{
    /// <summary>Asserts that an answer is an error of that shape, and nothing more than that.</summary>
    /// <param name="status">The status that it must have.</param>
    /// <param name="response">The answer.</param>
    /// <returns>The message.</returns>
    public static async Task<string> AssertAsync(HttpStatusCode status, HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode}: {body}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);

        var error = JsonDocument.Parse(body).RootElement;
        Assert.Equal(["status", "code", "message", "trace_id"], error.EnumerateObject().Select(field => field.Name));
        Assert.Equal("error", error.GetProperty("status").GetString());
        Assert.Equal((int)status, error.GetProperty("code").GetInt32());
        Assert.NotEmpty(error.GetProperty("trace_id").GetString()!);

        var message = error.GetProperty("message").GetString()!;
        Assert.NotEmpty(message);
        Assert.DoesNotContain("   at ", message, StringComparison.Ordinal);
        return message;
    }
}
