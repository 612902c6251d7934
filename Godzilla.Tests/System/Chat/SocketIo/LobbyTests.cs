using System.Text.Json;

namespace Godzilla.Tests.System.Chat.SocketIo;

/// <summary>Socket.IO clients talk in the lobby and, with events of ours, in other discussions; with each other and with SignalR clients.</summary>
[Collection(RunningSystem.Name)]
public sealed class LobbyTests(GodzillaApp app)
{
    private const string NotFound = """{"error":{"code":404,"message":"Discussion not found"}}""";

    [Fact]
    public async Task BothProtocolsAreInOneRoom()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        using var gigan = await app.SignUpAsync("gigan");
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);
        using var other = await EngineSocket.ConnectAsync(app.Gateway, gigan.Token);
        await using var hub = await rodan.ConnectAsync();
        var (text, answer) = ($"from a socket {Guid.NewGuid()}", $"from the hub {Guid.NewGuid()}");

        await socket.SendAsync($$"""42["message",{"text":"{{text}}","spoofed":"more"}]""");
        var atHub = await hub.WaitForAsync("message", message => message.GetProperty("text").GetString() == text);
        var atSocket = await other.EventAsync("message", Says(text));
        await hub.InvokeAsync("Send", "lobby", answer, null);
        var first = await socket.EventAsync("message", message => IsOf(message, mothra.Name, rodan.Name));
        await other.EventAsync("message", Says(answer));

        Assert.Equal(["from", "data", "timestamp", "id", "seq", "discussion_id"], atSocket.EnumerateObject().Select(field => field.Name));
        Assert.Equal($$"""{"text":"{{text}}"}""", atSocket.GetProperty("data").GetRawText());
        Assert.Equal(
            (mothra.Name, "lobby", atHub.GetProperty("id").GetString(), atHub.GetProperty("seq").GetInt64()),
            (atSocket.GetProperty("from").GetString(), atSocket.GetProperty("discussion_id").GetString(), atSocket.GetProperty("id").GetString(), atSocket.GetProperty("seq").GetInt64()));
        Assert.Equal(mothra.Name, atHub.GetProperty("user_id").GetString());

        // Its own message does not come back, as with Socket.IO's broadcast.
        Assert.Equal(answer, first.GetProperty("data").GetProperty("text").GetString());
    }

    [Fact]
    public async Task ASocketEditsAndDeletesItsUsersMessagesAndBothProtocolsHearOfIt()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);
        using var other = await EngineSocket.ConnectAsync(app.Gateway, rodan.Token);
        await other.AskAsync("join", new { discussion_id = discussion });
        await using var hub = await rodan.ConnectAsync();
        var id = (await socket.AskAsync("send", new { discussion_id = discussion, text = "frist" })).GetProperty("id").GetString();

        var edited = await socket.AskAsync("edit", new { discussion_id = discussion, id, text = "first" });
        Assert.Equal(("first", 1), (edited.GetProperty("text").GetString(), edited.GetProperty("rev").GetInt64()));
        Assert.Equal("first", (await hub.WaitForAsync("message_edited", message => IdOf(message) == id)).GetProperty("text").GetString());
        Assert.Equal("first", (await other.EventAsync("message_edited", message => IdOf(message) == id)).GetProperty("text").GetString());

        Assert.Equal("You have no such message", (await other.AskAsync("delete", new { discussion_id = discussion, id })).GetProperty("error").GetProperty("message").GetString());
        Assert.Equal("text must not be blank", (await socket.AskAsync("edit", new { discussion_id = discussion, id, text = " " })).GetProperty("error").GetProperty("message").GetString());
        Assert.True((await socket.AskAsync("delete", new { discussion_id = discussion, id })).GetProperty("deleted").GetBoolean());
        await hub.WaitForAsync("message_deleted", message => IdOf(message) == id);
        await other.EventAsync("message_deleted", message => IdOf(message) == id);

        static string? IdOf(JsonElement message) => message.GetProperty("id").GetString();
    }

    [Fact]
    public async Task AnotherConnectionOfTheSenderGetsTheMessageAndTheSendingOneDoesNot()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);
        using var other = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);
        var text = Guid.NewGuid().ToString();

        await socket.SendAsync($$"""42["message",{"text":"{{text}}"}]""");
        await other.EventAsync("message", Says(text));
        await other.SendAsync($$"""42["message",{"text":"after {{text}}"}]""");

        var first = await socket.EventAsync("message", message => IsOf(message, mothra.Name));
        Assert.Equal($"after {text}", first.GetProperty("data").GetProperty("text").GetString());
    }

    [Fact]
    public async Task AnAcknowledgementSaysThatAMessageIsStored()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);
        var text = Guid.NewGuid().ToString();

        var receipt = await socket.AskAsync("message", new { text, client_id = text });
        var again = await socket.AskAsync("message", new { text, client_id = text });

        Assert.Equal(["id", "seq", "created_at"], receipt.EnumerateObject().Select(field => field.Name));
        Assert.Equal(receipt.GetRawText(), again.GetRawText());
        var page = await mothra.ReadAsync("lobby", "?limit=100");
        var stored = Assert.Single(page.GetProperty("messages").EnumerateArray(), message => message.GetProperty("text").GetString() == text);
        Assert.Equal(stored.GetProperty("id").GetString(), receipt.GetProperty("id").GetString());
        Assert.Equal(stored.GetProperty("seq").GetInt64(), receipt.GetProperty("seq").GetInt64());
        Assert.Equal(stored.GetProperty("created_at").GetDateTimeOffset(), receipt.GetProperty("created_at").GetDateTimeOffset());
    }

    [Theory]
    [InlineData("message", """{"text":""}""", 400, "text must be 1 to 4000 characters")]
    [InlineData("message", "{}", 400, "text must be 1 to 4000 characters")]
    [InlineData("message", """{"text":7}""", 400, "message needs an object with fields of the right types")]
    [InlineData("message", """{"text":"\ud800"}""", 400, "message needs an object with fields of the right types")]
    [InlineData("message", "\"hi\"", 400, "message needs an object with fields of the right types")]
    [InlineData("message", "null", 400, "message needs an object with fields of the right types")]
    [InlineData("send", """{"discussion_id":"0123456789abcdef01234567","text":"hi"}""", 404, "Discussion not found")]
    [InlineData("send", """{"text":"hi"}""", 404, "Discussion not found")]
    [InlineData("join", """{"discussion_id":"nowhere"}""", 404, "Discussion not found")]
    [InlineData("edit", """{"discussion_id":"nowhere","id":"0","text":"x"}""", 404, "Discussion not found")]
    [InlineData("delete", """{"discussion_id":"lobby","id":"0"}""", 404, "You have no such message")]
    [InlineData("history", """{"discussion_id":"lobby","limit":101}""", 400, "limit must be 1 to 100")]
    [InlineData("history", """{"discussion_id":"lobby","before":1,"after_seq":1}""", 400, "before and after_seq exclude each other")]
    [InlineData("drop", "{}", 404, "There is no such event")]
    public async Task WhatCannotBeDoneIsAnErrorAndTheConnectionLives(string name, string argument, int code, string message)
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);

        await socket.SendAsync($"4212[\"{name}\",{argument}]");
        var ack = await socket.ReceiveAsync(packet => packet.StartsWith("43", StringComparison.Ordinal));

        Assert.Equal($$$"""4312[{"error":{"code":{{{code}}},"message":"{{{message}}}"}}]""", ack);
        var page = await socket.AskAsync("history", new { discussion_id = "lobby", limit = 1 });
        Assert.True(page.TryGetProperty("messages", out _));
    }

    [Fact]
    public async Task WithoutAnAcknowledgementARefusalIsAnEvent()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);

        await socket.SendAsync("""42["message",{"text":""}]""");
        var refused = await socket.EventAsync("refused", _ => true);

        Assert.Equal("""{"event":"message","code":400,"message":"text must be 1 to 4000 characters"}""", refused.GetRawText());
    }

    [Fact]
    public async Task DiscussionsAreJoinedLeftReadAndWritten()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        using var ghidorah = await app.SignUpAsync("ghidorah");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);
        using var outsider = await EngineSocket.ConnectAsync(app.Gateway, ghidorah.Token);
        await using var hub = await rodan.ConnectAsync();
        await hub.InvokeAsync("Send", discussion, "one", null);

        var joined = await socket.AskAsync("join", new { discussion_id = discussion });
        await hub.InvokeAsync("Send", discussion, "two", null);
        var two = await socket.EventAsync("message", Says("two"));
        var receipt = await socket.AskAsync("send", new { discussion_id = discussion, text = "three", client_id = "3" });
        await hub.WaitForAsync("message", message => message.GetProperty("text").GetString() == "three");
        var newest = await socket.AskAsync("history", new { discussion_id = discussion, limit = 2 });
        var after = await socket.AskAsync("history", new { discussion_id = discussion, after_seq = 1 });
        var left = await socket.AskAsync("leave", new { discussion_id = discussion });
        await hub.InvokeAsync("Send", discussion, "four", null);
        var lobby = Guid.NewGuid().ToString();
        await hub.InvokeAsync("Send", "lobby", lobby, null);
        var next = await socket.EventAsync("message", message => IsOf(message, rodan.Name));

        Assert.Equal($$"""{"discussion_id":"{{discussion}}","seq":1,"rev":0,"complete":true}""", joined.GetRawText());
        Assert.Equal((discussion, 2), (two.GetProperty("discussion_id").GetString(), two.GetProperty("seq").GetInt64()));
        Assert.Equal(3, receipt.GetProperty("seq").GetInt64());
        Assert.Equal(["three", "two"], Texts(newest));
        Assert.True(newest.GetProperty("has_more").GetBoolean());
        Assert.Equal(["two", "three"], Texts(after));
        Assert.False(after.GetProperty("has_more").GetBoolean());
        Assert.Equal(two.GetRawText(), after.GetProperty("messages")[0].GetRawText());
        Assert.Equal($$"""{"discussion_id":"{{discussion}}"}""", left.GetRawText());
        Assert.Equal(lobby, next.GetProperty("data").GetProperty("text").GetString());
        foreach (var name in new[] { "join", "send", "history", "typing" })
        {
            Assert.Equal(NotFound, (await outsider.AskAsync(name, new { discussion_id = discussion, text = "let me in", isTyping = true })).GetRawText());
        }
    }

    [Fact]
    public async Task AClientsMessagesKeepTheirOrder()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);
        using var other = await EngineSocket.ConnectAsync(app.Gateway, rodan.Token);

        for (var i = 0; i < 50; i++)
        {
            await socket.SendAsync($$"""42["message",{"text":"{{i}}"}]""");
        }

        long last = 0;
        for (var i = 0; i < 50; i++)
        {
            var message = await other.EventAsync("message", message => IsOf(message, mothra.Name));
            Assert.Equal(i.ToString(), message.GetProperty("data").GetProperty("text").GetString());
            Assert.True(message.GetProperty("seq").GetInt64() > last);
            last = message.GetProperty("seq").GetInt64();
        }
    }

    [Fact]
    public async Task WhoComesBackGetsWhatItMissedWithItsOwnMessages()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await rodan.PostAsync(discussion, "1", "2");
        await mothra.PostAsync(discussion, "3");
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);

        await socket.SendAsync($$"""425["join",{"discussion_id":"{{discussion}}","after_seq":1}]""");
        var two = await socket.EventAsync("message", message => IsOf(message, mothra.Name, rodan.Name));
        var three = await socket.EventAsync("message", message => IsOf(message, mothra.Name, rodan.Name));
        var joined = await socket.ReceiveAsync(packet => packet.StartsWith("435", StringComparison.Ordinal));
        await rodan.PostAsync(discussion, "4");
        var four = await socket.EventAsync("message", message => IsOf(message, mothra.Name, rodan.Name));

        Assert.Equal(["2", "3", "4"], new[] { two, three, four }.Select(message => message.GetProperty("data").GetProperty("text").GetString()));
        Assert.Equal($$"""435[{"discussion_id":"{{discussion}}","seq":3,"rev":0,"complete":true}]""", joined);
    }

    [Fact]
    public async Task WhoLeavesADiscussionHearsNothingMoreOfIt()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, rodan.Token);
        await socket.AskAsync("join", new { discussion_id = discussion });
        await mothra.PostAsync(discussion, "before");
        await socket.EventAsync("message", Says("before"));

        using var left = await rodan.SendAsync(HttpMethod.Delete, $"/discussion/{discussion}/members/{rodan.Name}");
        left.EnsureSuccessStatusCode();
        await mothra.PostAsync(discussion, "after");
        await mothra.PostAsync("lobby", "in the lobby");

        var next = await socket.EventAsync("message", message => IsOf(message, mothra.Name));
        Assert.Equal("in the lobby", next.GetProperty("data").GetProperty("text").GetString());
        Assert.Equal(NotFound, (await socket.AskAsync("send", new { discussion_id = discussion, text = "again" })).GetRawText());
    }

    [Fact]
    public async Task AClientIdIsForOneText()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);

        await socket.AskAsync("message", new { text = "one", client_id = "c" });
        var refused = await socket.AskAsync("message", new { text = "two", client_id = "c" });

        Assert.Equal("""{"error":{"code":409,"message":"client_id was used for another message"}}""", refused.GetRawText());
    }

    [Fact]
    public async Task WhoSendsTooQuicklyIsWarnedAndThenRefused()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var discussion = await mothra.CreateDiscussionAsync();
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);
        var many = Enumerable.Range(0, 100).Select(i => new { text = $"{i}" }).ToArray();
        var isWarned = false;
        var refused = "";
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await mothra.SendAsync(HttpMethod.Post, $"/discussion/{discussion}/messages", many);
                await socket.SendAsync($$"""421["send",{"discussion_id":"{{discussion}}","text":"by socket"}]""");
                refused = await socket.ReceiveAsync(packet =>
                {
                    isWarned |= packet.StartsWith("""42["warning",{"message":""", StringComparison.Ordinal);
                    return packet.StartsWith("431", StringComparison.Ordinal);
                });
                return refused.Contains("error", StringComparison.Ordinal);
            },
            "the socket is refused");

        Assert.Matches("""^431\[\{"error":\{"code":429,"message":"Too many messages: try again in [1-5] s"\}\}\]$""", refused);
        Assert.True(isWarned);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("\"false\"", true)]
    [InlineData("{}", true)]
    [InlineData("false", false)]
    [InlineData("0", false)]
    [InlineData("\"\"", false)]
    [InlineData("null", false)]
    public async Task TypingIsReadAsJavaScriptReadsIt(string value, bool isTyping)
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);
        await using var hub = await rodan.ConnectAsync();

        if (!isTyping)
        {
            // Only who types can stop.
            await SetAsync("true", [mothra.Name]);
        }

        await SetAsync(value, isTyping ? [mothra.Name] : []);

        async Task SetAsync(string isTyping, string[] expected)
        {
            await socket.SendAsync($$"""421["typing",{"isTyping":{{isTyping}},"discussion_id":"{{discussion}}"}]""");
            await hub.WaitForAsync("typing", typing => typing.GetProperty("discussion_id").GetString() == discussion
                && expected.SequenceEqual(typing.GetProperty("users").EnumerateArray().Select(user => user.GetString())));
        }
    }

    [Fact]
    public async Task TypingInTheLobbyIsToldToTheOthersAndNeverToOneself()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);
        using var other = await EngineSocket.ConnectAsync(app.Gateway, rodan.Token);

        await socket.SendAsync("""42["typing",{"isTyping":true}]""");
        await other.EventAsync("typing", IsTyping(mothra.Name));
        await other.SendAsync("""42["typing",{"isTyping":true}]""");
        var users = (await socket.EventAsync("typing", IsTyping(rodan.Name))).GetProperty("users");
        await socket.SendAsync("""42["typing",{"isTyping":false}]""");

        Assert.DoesNotContain(users.EnumerateArray(), user => user.GetString() == mothra.Name);
        await other.EventAsync("typing", typing => !IsTyping(mothra.Name)(typing) && !IsTyping(rodan.Name)(typing));
    }

    private static Func<JsonElement, bool> Says(string text) => message => message.GetProperty("data").GetProperty("text").GetString() == text;

    private static bool IsOf(JsonElement message, params string[] names) => names.Contains(message.GetProperty("from").GetString());

    private static Func<JsonElement, bool> IsTyping(string name) =>
        typing => typing.GetProperty("users").EnumerateArray().Any(user => user.GetString() == name);

    private static string[] Texts(JsonElement page) =>
        [.. page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("data").GetProperty("text").GetString()!)];
}
