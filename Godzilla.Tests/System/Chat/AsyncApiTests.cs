using System.Text.Json;
using Godzilla.Tests.AsyncApi;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Tests.System.Chat;

/// <summary>What really comes is as the AsyncAPI documents say: each event and each answer.</summary>
[Collection(RunningSystem.Name)]
public sealed class AsyncApiTests(GodzillaApp app)
{
    [Fact]
    public async Task TheHubSpeaksAsDocumented()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        await using var hub = await mothra.ConnectAsync();
        await using var other = await rodan.ConnectAsync();
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        var methods = AsyncApiDocument.SignalR.Of("hub", "receive");
        var answered = new HashSet<string>(StringComparer.Ordinal);

        var id = (await AskAsync("Send", discussion, "frist", Guid.NewGuid().ToString())).GetProperty("id").GetString();
        await AskAsync("Edit", discussion, id, "first");
        await AskAsync("Delete", discussion, id);
        id = (await AskAsync("Send", discussion, "never edited", null)).GetProperty("id").GetString();
        await AskAsync("Delete", discussion, id);
        await AskAsync("Join", discussion, 0, 0);
        await AskAsync("Join", "lobby", null, null);
        await AskAsync("SetTyping", discussion, true);
        await other.InvokeAsync("SetTyping", discussion, true);
        await hub.WaitForAsync("typing", typing => typing.GetProperty("users").GetArrayLength() > 0);
        id = (await AskAsync("Send", discussion, "@assistant hello", null)).GetProperty("id").GetString();
        await AskAsync("StopAssistant", discussion, id);
        await hub.WaitForAsync("assistant", _ => true); // Before it leaves.
        await AskAsync("Leave", discussion);
        using var read = await mothra.SendAsync(HttpMethod.Put, $"/discussion/{discussion}/read", new { seq = 1 });
        foreach (var (method, arguments) in new (string, object?[])[]
        {
            ("Send", [discussion, "", null]),
            ("Edit", [discussion, "0123456789abcdef01234567", "text"]),
            ("Delete", [discussion, "0123456789abcdef01234567"]),
            ("Join", ["0123456789abcdef01234567", null, null]),
            ("SetTyping", ["0123456789abcdef01234567", true]),
            ("Leave", [null, "too many"]),
            ("StopAssistant", ["0123456789abcdef01234567", id]),
        })
        {
            var error = await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync(method, arguments));
            methods[method].Failure.AssertValid(JsonSerializer.SerializeToElement(error.Message));
        }

        var many = Enumerable.Range(0, 100).Select(i => new { text = $"{i}" }).ToArray();
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await mothra.SendAsync(HttpMethod.Post, $"/discussion/{discussion}/messages", many);
                await Record.ExceptionAsync(() => hub.InvokeAsync("Send", discussion, "quickly", null));
                return hub.Events("warning").Count > 0;
            },
            "who sends too quickly is warned");

        Assert.Equal(methods.Keys.Order(StringComparer.Ordinal), answered.Order(StringComparer.Ordinal));
        foreach (var (name, operation) in AsyncApiDocument.SignalR.Of("hub", "send"))
        {
            await hub.WaitForAsync(name, _ => true);
            Assert.All(hub.Events(name), operation.Message.AssertValid);
        }

        async Task<JsonElement> AskAsync(string method, params object?[] arguments)
        {
            methods[method].Message.AssertValid(JsonSerializer.SerializeToElement(arguments));
            var answer = await hub.InvokeAsync(method, arguments);
            methods[method].Answer.AssertValid(answer.ValueKind == JsonValueKind.Undefined ? JsonSerializer.SerializeToElement<object?>(null) : answer);
            answered.Add(method);
            return answer;
        }
    }
}
