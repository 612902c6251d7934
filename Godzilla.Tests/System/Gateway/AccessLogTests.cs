using System.Text.Json;

namespace Godzilla.Tests.System.Gateway;

[Collection(RunningSystem.Name)]
public sealed class AccessLogTests(GodzillaApp app)
{
    [Fact]
    public async Task ARequestIsOneLineThatSaysWhoseItWasAndNothingSecret()
    {
        using var person = await app.SignUpAsync("battra");
        var traceId = Guid.NewGuid().ToString("N");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/discussion?secret=1");
        request.Headers.Add("traceparent", $"00-{traceId}-00f067aa0ba902b7-01");

        using var response = await person.Http.SendAsync(request);

        var line = await LineAsync(traceId);
        Assert.Equal("GET", line.GetProperty("method").GetString());
        Assert.Equal("/discussion", line.GetProperty("path").GetString());
        Assert.Equal(200, line.GetProperty("status").GetInt32());
        Assert.Equal((await response.Content.ReadAsByteArrayAsync()).Length, line.GetProperty("bytes").GetInt64());
        Assert.Equal(person.Name, line.GetProperty("user").GetString());
        Assert.Equal("127.0.0.1", line.GetProperty("address").GetString());
        Assert.InRange(line.GetProperty("ms").GetDouble(), 0.001, 10_000);
        Assert.InRange(line.GetProperty("time").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task ARefusalIsALineToo()
    {
        using var gateway = app.CreateClient();

        using var response = await gateway.GetAsync("/discussion");

        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var line = await LineAsync(body.RootElement.GetProperty("trace_id").GetString()!);
        Assert.Equal(401, line.GetProperty("status").GetInt32());
        Assert.Equal(JsonValueKind.Null, line.GetProperty("user").ValueKind);
    }

    private async Task<JsonElement> LineAsync(string traceId)
    {
        string? Find() => app.Logs.LinesOf("gateway").FirstOrDefault(l =>
            l.Contains("\"ms\":", StringComparison.Ordinal) && l.Contains(traceId, StringComparison.Ordinal));

        await Eventually.TrueAsync(() => Find() is not null, "the access log has the request");
        var text = Find()!;
        return JsonSerializer.Deserialize<JsonElement>(text[text.IndexOf('{', StringComparison.Ordinal)..]);
    }
}
