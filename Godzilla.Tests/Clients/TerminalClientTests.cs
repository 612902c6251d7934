using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Tests.Clients;

/// <summary><c>chat</c>, run as its users and scripts do.</summary>
[Collection(RunningSystem.Name)]
public sealed class TerminalClientTests(GodzillaApp app)
{
    private const string Escape = "\u001b";

    [Fact]
    public async Task AScriptRegistersStartsADiscussionAndSendsEachLineOnce()
    {
        using var rodan = await app.SignUpAsync("rodan");
        using var mothra = app.NewPerson("mothra");
        using var chat = ChatProcess.Start(app.Gateway, "--plain", "--register", "--user", mothra.Name);

        await chat.EnterAsync(mothra.Password, $"/new {rodan.Name} -- Monster Island", "hello", "", "//etc/hosts", "🌋 日本");
        chat.EndInput();

        Assert.Equal((0, ""), (await chat.ExitCodeAsync(), chat.Errors));
        await mothra.LogInAsync();
        var discussion = Assert.Single((await rodan.Http.GetFromJsonAsync<JsonElement>("/discussion")).EnumerateArray());
        Assert.Equal("Monster Island", discussion.GetProperty("title").GetString());
        Assert.Equal(["hello", "/etc/hosts", "🌋 日本"], TextsOf(await rodan.ReadAllAsync(discussion.GetProperty("id").GetString()!)));
        Assert.DoesNotContain(mothra.Password, chat.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheHistoryComesFirstAndThenWhatIsSaid()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await mothra.PostAsync(discussion, [.. Enumerable.Range(1, 12).Select(number => $"old {number}")]);
        await MarkReadAsync(mothra, discussion, 12);

        using var chat = ChatProcess.Start(app.Gateway, "--plain", "--session", ChatProcess.SessionFile(mothra), discussion);
        await chat.ShowsAsync("--- end of history ---");
        await rodan.PostAsync(discussion, "new\nline");
        await chat.ShowsAsync("new␊line");
        chat.EndInput();

        Assert.Equal(0, await chat.ExitCodeAsync());
        Assert.Equal(
            [
                $"-- connected as {mothra.Name}",
                $"--- {rodan.Name} ---",
                .. Enumerable.Range(3, 10).Select(number => $"{mothra.Name}: old {number}"),
                "--- end of history ---",
                $"{rodan.Name}: new␊line",
            ],
            chat.Lines);
        Assert.DoesNotContain(Escape, chat.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(mothra.Token, chat.Output + chat.Errors, StringComparison.Ordinal);

        // A session that it did not begin it does not end.
        Assert.Equal(13, (await mothra.ReadAllAsync(discussion)).Count);
    }

    [Fact]
    public async Task TwoTalkAndSeeEachOtherComeAndGo()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        using var one = ChatProcess.Start(app.Gateway, "--plain", "--session", ChatProcess.SessionFile(mothra), discussion);
        await one.ShowsAsync("--- end of history ---");
        using (var two = ChatProcess.Start(app.Gateway, "--plain", "--session", ChatProcess.SessionFile(rodan), discussion))
        {
            await one.ShowsAsync($"→ {rodan.Name} joined the chat");
            await two.ShowsAsync("--- end of history ---");
            await one.EnterAsync("Are you awake?");
            await two.ShowsAsync($"{mothra.Name}: Are you awake?");
            await two.EnterAsync("Yes", "/edit Since the volcano", "/who");
            await one.ShowsAsync($"{rodan.Name} edited this message: Since the volcano");
            await two.ShowsAsync($"--   {mothra.Name}, owner, online");
            await two.EnterAsync("/delete", "/open lobby");
            await one.ShowsAsync($"{rodan.Name} deleted this message");

            await two.ShowsAsync("--- lobby ---");
            await one.EnterAsync("Where are you?");
            await two.ShowsAsync($"-- Unread messages in {mothra.Name}");
            await two.EnterAsync("/list");
            await two.ShowsAsync($"{mothra.Name} ({mothra.Name}, {rodan.Name}): 1 unread");
            two.EndInput();
            Assert.Equal(0, await two.ExitCodeAsync());
        }

        await one.ShowsAsync($"← {rodan.Name} left the chat");
    }

    [Fact]
    public async Task HostileTextIsHarmless()
    {
        const string Attack = "\u001b]0;owned\u0007\u001b[2J\u009b31m\u001bc\u202etxt.exe\u0085x\r12:00:00 y\u2028z";
        using var mothra = await app.SignUpAsync("mothra");
        var discussion = await mothra.CreateDiscussionAsync();

        // No route takes such a text, title or name; a database from before may have them.
        var database = new MongoClient(await app.App.GetConnectionStringAsync("mongodb")).GetDatabase("chatdb");
        await database.GetCollection<BsonDocument>("discussions").UpdateOneAsync(
            new BsonDocument("_id", ObjectId.Parse(discussion)),
            new BsonDocument("$set", new BsonDocument("title", "T\u001b[2J\u009d0;x\u0007\u202eitle")));
        await database.GetCollection<BsonDocument>("messages").InsertOneAsync(new BsonDocument
        {
            ["discussion_id"] = ObjectId.Parse(discussion),
            ["seq"] = 1,
            ["user_id"] = "ro\u001b[31mdan\u202e",
            ["text"] = Attack,
            ["created_at"] = DateTime.UtcNow,
        });

        string[] visible = ["ro␛[31mdan‹U+202E›: ␛]0;owned␇␛[2J‹U+009B›31m␛c‹U+202E›txt.exe‹U+0085›x␍12:00:00 y‹U+2028›z", "T␛[2J‹U+009D›0;x␇‹U+202E›itle"];
        var session = ChatProcess.SessionFile(mothra);
        using var plain = ChatProcess.Start(app.Gateway, "--plain", "--session", session, discussion);
        plain.EndInput();
        Assert.Equal(0, await plain.ExitCodeAsync());
        Assert.All(visible, text => Assert.Contains(text, plain.Output, StringComparison.Ordinal));
        Assert.DoesNotContain(plain.Output, c => (char.IsControl(c) && c != '\n') || c is '\u202e' or '\u2028');

        using var terminal = ChatProcess.StartInTerminal(app.Gateway, "--session", session, discussion);
        await terminal.ShowsAsync("--- end of history ---");
        Assert.Contains("␛]0;owned␇␛[2J‹U+009B›31m␛c‹U+202E›txt.exe‹U+0085›x␍12:00:00", terminal.Text, StringComparison.Ordinal);

        // Its own sequences are those of ChatProcess.Text; nothing else is left.
        Assert.DoesNotContain(terminal.Text, c => (char.IsControl(c) && c is not '\r' and not '\n') || c is '\u202e' or '\u2028');
        Assert.DoesNotContain("\u001b[2J", terminal.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Escape + "c", terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatOneTypesSurvivesWhatArrives()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var rodanHub = await rodan.ConnectAsync();
        using var chat = ChatProcess.StartInTerminal(app.Gateway, "--session", ChatProcess.SessionFile(mothra), discussion);
        await chat.ShowsAsync($"[connected as {mothra.Name}]");
        await chat.ShowsAsync("--- end of history ---");

        await chat.TypeAsync("half a 日本 ");
        await rodanHub.WaitForAsync("typing", typing => typing.GetProperty("users").EnumerateArray().Any(user => user.GetString() == mothra.Name));
        await chat.ShowsAsync($"{rodan.Name}> half a 日本 ");
        await rodanHub.InvokeAsync("SetTyping", discussion, true);
        await chat.ShowsAsync(" typing...");
        await rodanHub.InvokeAsync("Send", discussion, "in between", null);
        await chat.ShowsAsync($"{rodan.Name}: in between");

        // Below the message the prompt is drawn again, with all that was typed.
        await chat.ShowsAsync($"{rodan.Name}> half a 日本 ", chat.Text.IndexOf(": in between", StringComparison.Ordinal));
        await chat.TypeAsync("wish\r");

        await rodanHub.WaitForAsync("message", message => message.GetProperty("text").GetString() == "half a 日本 wish");
        await rodanHub.WaitForAsync("typing", typing => typing.GetProperty("users").GetArrayLength() == 0);
        await chat.ShowsAsync($"{mothra.Name}: half a 日本 wish");
        await chat.TypeAsync("/quit\r");
        Assert.Equal(0, await chat.ExitCodeAsync());
    }

    [Fact]
    public async Task TheScreenIsAsOnItsPage()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(ChatProcess.Root, "docs", "terminal.md"));
        var screen = page.Split("```")[1];

        // Names as long as there, because rows break by them.
        using var mothra = await SignUpAsync("mothra");
        using var rodan = await SignUpAsync("rodan");
        using var response = await mothra.SendAsync(HttpMethod.Post, "/discussion", new { users = new[] { rodan.Name }, title = "Monster Island" });
        var discussion = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        await mothra.PostAsync(discussion, "Are you awake?");

        using var chat = ChatProcess.StartInTerminal(app.Gateway, columns: 76, "--session", ChatProcess.SessionFile(rodan), discussion);
        await chat.ShowsAsync("--- end of history ---");
        await using var mothraHub = await mothra.ConnectAsync();
        await chat.ShowsAsync($"→ {mothra.Name} joined the chat");
        await chat.TypeAsync("Since the volcano, yes. What is it?\r");
        await chat.ShowsAsync($"{rodan.Name}: Since");
        await mothraHub.InvokeAsync("Send", discussion, "Somebody is walking about in the bay. Somebody large: the lighthouse comes up to his knee.", null);
        await chat.TypeAsync("Did he look");
        await mothraHub.InvokeAsync("SetTyping", discussion, true);
        await chat.ShowsAsync($"Did he look\r[connected as {rodan.Name}] {mothra.Name} is typing...");

        var shown = ChatProcess.WithoutTimes(chat.Text.Replace(mothra.Name, "mothra", StringComparison.Ordinal).Replace(rodan.Name, "rodan", StringComparison.Ordinal));
        var at = 0;
        foreach (var line in ChatProcess.WithoutTimes(screen))
        {
            at = IndexOf(shown, line, at) + 1;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1100)] // More than the server sends as events.
    public async Task ACutLineLosesNothingAndDoublesNothing(int missed)
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await rodan.PostAsync(discussion, "first");
        await using var line = CuttableLine.To(app.Gateway);
        using var chat = ChatProcess.Start(line.Address, "--plain", "--session", ChatProcess.SessionFile(mothra), discussion);
        await chat.ShowsAsync("--- end of history ---");

        // Stored, but its acknowledgement never comes.
        line.Mute();
        await chat.EnterAsync("stored");
        await Eventually.TrueAsync(async () => TextsOf(await rodan.ReadAllAsync(discussion)).Contains("stored"), "it is stored");
        line.Cut();
        await chat.ShowsAsync("-- reconnecting");
        await chat.EnterAsync("waits");
        foreach (var texts in Enumerable.Range(1, missed).Select(number => $"missed {number}").Chunk(100))
        {
            await rodan.PostAsync(discussion, texts);
        }

        var first = (await rodan.ReadAllAsync(discussion))[0].GetProperty("id").GetString();
        using var edited = await rodan.SendAsync(HttpMethod.Patch, $"/discussion/{discussion}/messages/{first}", new { text = "first, edited" });
        edited.EnsureSuccessStatusCode();
        line.Restore();

        await chat.ShowsAsync(": waits");
        await chat.ShowsAsync($"{rodan.Name} edited this message: first, edited");
        chat.EndInput();
        Assert.Equal((0, ""), (await chat.ExitCodeAsync(), chat.Errors));
        string[] stored = [.. (await rodan.ReadAllAsync(discussion)).Skip(1).Select(message => $"{message.GetProperty("user_id").GetString()}: {message.GetProperty("text").GetString()}")];
        Assert.Equal(missed + 2, stored.Length);
        Assert.Equal(stored, chat.Lines.Where(shown => shown.Contains(": ", StringComparison.Ordinal) && !shown.Contains("first", StringComparison.Ordinal)));
        Assert.Single(chat.Lines, shown => shown.Contains("edited", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhoIsSignedOutSignsInAgainInside()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var other = await mothra.AgainAsync();
        var discussion = await mothra.CreateDiscussionAsync();
        using var chat = ChatProcess.StartInTerminal(app.Gateway, "--session", ChatProcess.SessionFile(mothra), discussion);
        await chat.ShowsAsync("--- end of history ---");
        await chat.TypeAsync("a draft");
        await chat.ShowsAsync("> a draft");

        await mothra.LogOutAsync();
        await chat.ShowsAsync("[signed out]");
        await chat.ShowsAsync($"Password of {mothra.Name}: ");
        await other.PostAsync(discussion, "said meanwhile");
        await chat.TypeAsync("not it\r");
        await chat.ShowsAsync("Invalid credentials");
        var before = chat.Text.Length;
        await chat.TypeAsync(mothra.Password + "\r");
        await chat.ShowsAsync($"[connected as {mothra.Name}]", before);
        await chat.ShowsAsync("said meanwhile", before);
        await chat.ShowsAsync("> a draft", before);
        await chat.TypeAsync(", sent\r");
        await Eventually.TrueAsync(async () => TextsOf(await other.ReadAllAsync(discussion)).Contains("a draft, sent"), "the draft is sent");

        Assert.DoesNotContain(mothra.Password, chat.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(mothra.Token, chat.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AScriptThatIsSignedOutFails()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var chat = ChatProcess.Start(app.Gateway, "--plain", "--session", ChatProcess.SessionFile(mothra));
        await chat.ShowsAsync("--- end of history ---");

        await mothra.LogOutAsync();

        Assert.Equal((1, "chat: The session has ended\n"), (await chat.ExitCodeAsync(), chat.Errors));
        Assert.Contains("-- signed out", chat.Lines);
    }

    [Fact]
    public async Task WhatCannotBeSentIsAnErrorWithItsText()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var discussion = await mothra.CreateDiscussionAsync();
        var tooLong = new string('x', 4001);
        using var chat = ChatProcess.Start(app.Gateway, "--plain", "--session", ChatProcess.SessionFile(mothra), discussion);

        await chat.EnterAsync("before", tooLong, "after", "/frobnicate", "/open nowhere", "to nobody");
        chat.EndInput();

        Assert.Equal(1, await chat.ExitCodeAsync());
        Assert.Equal(["before", "after"], TextsOf(await mothra.ReadAllAsync(discussion)));
        Assert.Contains($"chat: Not sent (text must be 1 to 4000 characters): {tooLong}\n", chat.Errors, StringComparison.Ordinal);
        Assert.Contains("chat: There is no command /frobnicate", chat.Errors, StringComparison.Ordinal);
        Assert.Contains("chat: There is no discussion 'nowhere'", chat.Errors, StringComparison.Ordinal);
        Assert.Contains("chat: Not sent (No discussion is open): to nobody\n", chat.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARefusedTextIsOneKeyAwayAndNotInTheWayOfTheNext()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var chat = ChatProcess.StartInTerminal(app.Gateway, "--session", ChatProcess.SessionFile(mothra), await mothra.CreateDiscussionAsync());
        await chat.ShowsAsync("--- end of history ---");

        await chat.TypeAsync(new string('x', 4001) + "\r");

        await chat.ShowsAsync("Not sent: text must be 1 to 4000 characters (the up key has the text)");
        await chat.TypeAsync("short enough\r");
        await chat.ShowsAsync($"{mothra.Name}: short enough");
        await chat.TypeAsync("\u001b[A\u001b[A");
        await chat.ShowsAsync("xxxxxxxx", chat.Text.LastIndexOf("short enough", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("wrong", "chat: Invalid credentials")]
    [InlineData("taken", "chat: Username already exists")]
    [InlineData("nobody", "chat: --user or --session is needed where nobody can be asked")]
    [InlineData("file", "chat: /nonexistent/session.json cannot be read: ")]
    [InlineData("server", "chat: http://127.0.0.1:1/ does not answer: Connection refused")]
    public async Task WhoCannotSignInFails(string how, string error)
    {
        using var mothra = await app.SignUpAsync("mothra");
        string[] arguments = how switch
        {
            "nobody" => [],
            "file" => ["--session", "/nonexistent/session.json"],
            "taken" => ["--register", "--user", mothra.Name],
            "server" => ["--server", "http://127.0.0.1:1", "--user", mothra.Name],
            _ => ["--user", mothra.Name],
        };
        using var chat = ChatProcess.Start(app.Gateway, ["--plain", .. arguments]);

        await chat.EnterAsync("not the password");
        chat.EndInput();

        Assert.Equal((1, ""), (await chat.ExitCodeAsync(), chat.Output));
        Assert.StartsWith(error, chat.Errors, StringComparison.Ordinal);
    }

    // Somebody whose name is as long as another.
    private async Task<Person> SignUpAsync(string name)
    {
        var person = new Person(app.Gateway, $"{name[0]}{Guid.NewGuid():N}"[..name.Length], $"pw-{Guid.NewGuid():N}");
        await person.RegisterAsync();
        await person.LogInAsync();
        return person;
    }

    private static int IndexOf(IReadOnlyList<string> lines, string line, int from)
    {
        var at = lines.Index().Skip(from).Where(shown => shown.Item == line).Select(shown => shown.Index).FirstOrDefault(-1);
        Assert.True(at >= 0, $"'{line}' is not shown after line {from} of:\n{string.Join('\n', lines)}");
        return at;
    }

    [Fact]
    public async Task WhoGivesUpAtThePasswordLeavesTheTerminalAsItWas()
    {
        using var chat = ChatProcess.StartInTerminal(app.Gateway, "--user", "mothra");
        await chat.ShowsAsync("Password of mothra: ");

        await chat.TypeAsync("half\u0003\u0003");

        Assert.Equal(1, await chat.ExitCodeAsync());
        Assert.DoesNotContain("half", chat.Output, StringComparison.Ordinal);
        Assert.EndsWith("\r\u001b[J\u001b[?2004l\u001b[?1l\u001b>", chat.Output, StringComparison.Ordinal);
    }

    private static IEnumerable<string> TextsOf(IReadOnlyList<JsonElement> messages) => messages.Select(message => message.GetProperty("text").GetString()!);

    private static async Task MarkReadAsync(Person person, string discussion, long seq)
    {
        using var response = await person.SendAsync(HttpMethod.Put, $"/discussion/{discussion}/read", new { seq });
        response.EnsureSuccessStatusCode();
    }
}
