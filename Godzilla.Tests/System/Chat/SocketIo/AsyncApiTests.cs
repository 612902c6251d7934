using System.Text.Json;
using System.Text.Json.Nodes;
using Godzilla.Tests.AsyncApi;

namespace Godzilla.Tests.System.Chat.SocketIo;

/// <summary>What really comes is as the AsyncAPI document says: each event and each acknowledgement.</summary>
[Collection(RunningSystem.Name)]
public sealed class AsyncApiTests(GodzillaApp app)
{
    private static readonly IReadOnlyDictionary<string, AsyncApiOperation> Requests = AsyncApiDocument.SocketIo.Of("socket", "receive");
    private static readonly IReadOnlyDictionary<string, AsyncApiOperation> Events = AsyncApiDocument.SocketIo.Of("socket", "send");

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    [Fact]
    public async Task TheServerSpeaksAsDocumented()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        using var socket = await EngineSocket.OpenAsync(app.Gateway, mothra.Token);
        using var other = await EngineSocket.OpenAsync(app.Gateway, rodan.Token);
        foreach (var each in new[] { socket, other })
        {
            await each.SendAsync("40");
            await ReceiveAsync(each, packet => packet.StartsWith("42[\"welcome\"", StringComparison.Ordinal));
            await AskAsync(each, "join", new JsonObject { ["discussion_id"] = discussion });
        }

        foreach (var isEdited in new[] { true, false })
        {
            var id = (await AskAsync(other, "send", new JsonObject { ["discussion_id"] = discussion, ["text"] = "first" }))!["id"]!.GetValue<string>();
            if (isEdited)
            {
                await AskAsync(other, "edit", new JsonObject { ["discussion_id"] = discussion, ["id"] = id, ["text"] = "second" });
            }

            await AskAsync(other, "delete", new JsonObject { ["discussion_id"] = discussion, ["id"] = id });
        }

        await AskAsync(other, "typing", new JsonObject { ["isTyping"] = true, ["discussion_id"] = discussion });
        await AskAsync(other, "history", new JsonObject { ["discussion_id"] = discussion });
        var question = (await AskAsync(other, "send", new JsonObject { ["discussion_id"] = discussion, ["text"] = "@assistant hello" }))!["id"]!.GetValue<string>();
        await AskAsync(other, "stop_assistant", new JsonObject { ["discussion_id"] = discussion, ["id"] = question });
        await AskAsync(other, "message", new JsonObject { ["text"] = "to the lobby" });
        await ReceiveAsync(socket, packet => packet.Contains("to the lobby", StringComparison.Ordinal));
        await other.SendAsync("""42["message",{"text":""}]""");
        var alone = await rodan.CreateDiscussionAsync();
        var many = Enumerable.Range(0, 100).Select(i => new { text = $"{i}" }).ToArray();
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await rodan.SendAsync(HttpMethod.Post, $"/discussion/{alone}/messages", many);
                await AskAsync(other, "send", new JsonObject { ["discussion_id"] = alone, ["text"] = "quickly" }, mayFail: true);
                return _seen.Contains("warning");
            },
            "who sends too quickly is warned");
        await AskAsync(other, "leave", new JsonObject { ["discussion_id"] = discussion });

        while (!_seen.IsSupersetOf(Events.Keys))
        {
            await ReceiveAsync(socket, _ => true);
        }
    }

    [Fact]
    public async Task WhatIsRequiredIsAndWhatIsNotIsNot()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var discussion = await mothra.CreateDiscussionAsync();
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);
        var id = (await AskAsync(socket, "send", new JsonObject { ["discussion_id"] = discussion, ["text"] = "first" }))!["id"]!.GetValue<string>();
        var values = new JsonObject
        {
            ["discussion_id"] = discussion,
            ["id"] = id,
            ["text"] = "text",
            ["client_id"] = null,
            ["isTyping"] = true,
            ["after_seq"] = 0,
            ["after_rev"] = 0,
            ["before"] = null,
            ["limit"] = 5,
        };

        foreach (var (name, operation) in Requests.OrderBy(request => request.Key == "delete"))
        {
            var fields = operation.Message.Payload["properties"]!.AsObject().Select(property => property.Key).ToList();
            var required = operation.Message.Payload["required"]?.AsArray().Select(field => field!.GetValue<string>()).ToList() ?? [];
            foreach (var field in fields)
            {
                var request = new JsonObject(fields.Where(other => other != field).Select(other => KeyValuePair.Create(other, values[other]?.DeepClone())));
                var isRequired = required.Contains(field);
                var ack = await AskAsync(socket, name, request, mayFail: isRequired);
                Assert.True(isRequired == ack["error"] is not null, $"{name} without {field}: {ack.ToJsonString()}");
            }

            // Null is as good as left out.
            var all = new JsonObject(fields.Select(field => KeyValuePair.Create(field, required.Contains(field) ? values[field]!.DeepClone() : null)));
            await AskAsync(socket, name, all);
        }
    }

    // Sends an event, and asserts that it and what comes are as documented.
    private async Task<JsonNode> AskAsync(EngineSocket socket, string name, JsonObject argument, bool mayFail = false)
    {
        var request = JsonSerializer.SerializeToElement(argument);
        if (!mayFail)
        {
            Requests[name].Message.AssertValid(request);
        }

        await socket.SendAsync($"427[\"{name}\",{argument.ToJsonString()}]");
        var packet = await ReceiveAsync(socket, packet => packet.StartsWith("437[", StringComparison.Ordinal));
        var ack = JsonSerializer.Deserialize<JsonElement[]>(packet[3..])!;
        var isFailure = mayFail && ack[0].TryGetProperty("error", out _);
        (isFailure ? Requests[name].Failure : Requests[name].Answer).AssertValid(Assert.Single(ack));
        return JsonNode.Parse(ack[0].GetRawText())!;
    }

    // Waits for a packet, and asserts that the events until then are as documented.
    private Task<string> ReceiveAsync(EngineSocket socket, Func<string, bool> match) => socket.ReceiveAsync(packet =>
    {
        if (packet.StartsWith("42", StringComparison.Ordinal))
        {
            var parts = JsonSerializer.Deserialize<JsonElement[]>(packet[2..])!;
            var name = parts[0].GetString()!;
            Assert.Equal(2, parts.Length);
            Events[name].Message.AssertValid(parts[1]);
            _seen.Add(name);
        }

        return match(packet);
    });
}
