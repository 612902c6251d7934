using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aspire.Dashboard.Tests;
using Godzilla.Tests.Clients;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Godzilla.Tests.System.Page;

/// <summary>People who use the page in a browser, at a system with two replicas of every service.</summary>
[Collection(ReplicatedSystem.Name)]
public sealed class PageTests(ReplicatedApp app, Chromium chromium) : IClassFixture<Chromium>
{
    private const int Phone = 375;
    private const int PictureWidth = 1100;
    private const int PictureHeight = 640;

    private const string TopWhenDrawn = "element => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(element.getBoundingClientRect().top))))";

    [BrowserFact]
    public async Task TwoPeopleMeetAndTalk()
    {
        using var rodan = await Visitor.SignUpAsync(app, "rodan");
        var mothra = Visitor.NewPerson(app, "mothra");
        await using var here = await chromium.VisitAsync(app.Gateway, width: PictureWidth, height: PictureHeight);
        await RegistersAsync(here, mothra, rodan);
        await using var there = await chromium.VisitAsync(app.Gateway, rodan);

        await here.Button("New discussion").ClickAsync();
        await here.Field("With whom?").FillAsync("nobody-has-this-name");
        await here.Field("Title (optional)").FillAsync("Monster Island");
        await here.Button("Create").ClickAsync();
        await Expect(here.Dialog.GetByRole(AriaRole.Alert)).ToHaveTextAsync("There is no user nobody-has-this-name");
        await here.Field("With whom?").FillAsync(rodan.Name);
        await here.Button("Create").ClickAsync();
        await Expect(here.Composer).ToBeFocusedAsync();

        // Who is elsewhere sees what is unread, and from whom.
        await here.WriteAsync("Are you awake?");
        await Expect(there.Entry("Monster Island")).ToContainTextAsync($"{mothra.Name}: Are you awake?");
        await Expect(there.Entry("Monster Island").GetByRole(AriaRole.Img, new() { Name = "1 unread" })).ToBeVisibleAsync();
        await Expect(there.Page).ToHaveTitleAsync("(1) Godzilla");
        await there.Entry("Monster Island").ClickAsync();
        await Expect(there.Log.GetByRole(AriaRole.Separator, new() { Name = "New" })).ToBeVisibleAsync();
        await Expect(there.Message("Are you awake?")).ToBeVisibleAsync();
        await Expect(there.Page).ToHaveTitleAsync("Godzilla");
        await Expect(there.Page.GetByRole(AriaRole.Region, new() { Name = "Discussion" })).ToContainTextAsync("Online");

        await there.Composer.PressSequentiallyAsync("Since the volcano, yes. https://volcano.example/(now). What is it?");
        await Expect(here.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = $"{rodan.Name} is typing…" })).ToBeVisibleAsync();
        await there.Composer.PressAsync("Enter");
        await Expect(here.Message("Since the volcano").GetByRole(AriaRole.Link)).ToHaveAttributeAsync("href", "https://volcano.example/(now)");
        await here.WriteAsync("Somebody is walking about in the bay.\nSomebody large: the lighthouse comes up to his knee.");
        await Expect(there.Message("Somebody large")).ToBeVisibleAsync();

        await here.WriteAsync("Did he lok this way?");
        await Expect(here.Message("Did he lok")).ToBeVisibleAsync();
        await here.Composer.PressAsync("ArrowUp");
        await here.Field("Edit your message").FillAsync("Did he look this way?");
        await here.Field("Edit your message").PressAsync("Enter");
        await Expect(there.Message("Did he look this way? (edited)")).ToBeVisibleAsync();
        await Expect(here.Page.GetByText("This is where it began")).ToBeVisibleAsync();
        await here.Composer.FocusAsync();
        await here.PictureAsync("page-discussion");
        await using (var phone = await chromium.VisitAsync(app.Gateway, rodan, width: Phone, height: 667, colours: ColorScheme.Dark))
        {
            await phone.Entry("Monster Island").ClickAsync();
            await Expect(phone.Message("Did he look this way?")).ToBeVisibleAsync();
            await phone.PictureAsync("page-phone");
        }

        await here.Message("Did he look").HoverAsync();
        await here.Message("Did he look").GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await here.Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Expect(there.Message("This message was deleted")).ToBeVisibleAsync();
        await Expect(there.Message("Did he look")).ToHaveCountAsync(0);

        // The owner renames it, and deletes it at last.
        await here.Button("Rename").ClickAsync();
        await here.Field("Title").FillAsync("Infant Island");
        await here.Field("Title").PressAsync("Enter");
        await Expect(there.Page.GetByRole(AriaRole.Heading, new() { Name = "Infant Island" })).ToBeVisibleAsync();
        await here.Button("Delete the discussion").ClickAsync();
        await here.Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete the discussion" }).ClickAsync();
        await Expect(there.Page.GetByText("You are not in “Infant Island” any more")).ToBeVisibleAsync();
        await Expect(there.Entry("Infant Island")).ToHaveCountAsync(0);
        await Expect(here.Page.GetByText("Choose a discussion")).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task WhatIsWrittenWhileTheNetworkIsCutIsNeitherLostNorDoubled()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var line = CuttableLine.To(app.Gateway);
        await using var here = await chromium.VisitAsync(line.Address, mothra);
        await using var there = await chromium.VisitAsync(app.Gateway, rodan);
        await here.OpenDiscussionAsync(discussion);
        await there.OpenDiscussionAsync(discussion);
        await here.WriteAsync("before");
        await Expect(there.Message("before")).ToBeVisibleAsync();

        // This one arrives, but nobody tells its sender.
        line.Mute();
        await here.WriteAsync("lost answer");
        await Expect(there.Message("lost answer")).ToBeVisibleAsync();
        line.Cut();
        await Expect(here.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Reconnecting" })).ToBeVisibleAsync();
        await here.WriteAsync("first");
        await here.WriteAsync("second");
        await there.WriteAsync("meanwhile");
        await Expect(here.Page.GetByRole(AriaRole.Group, new() { Name = "Not sent yet" }).GetByRole(AriaRole.Article)).ToHaveCountAsync(3);

        // What waits outlives the page, too: but the page cannot be loaded now.
        line.Restore();
        await here.Button("Try now").ClickAsync();

        string[] all = ["before", "lost answer", "meanwhile", "first", "second"];
        foreach (var visitor in new[] { here, there })
        {
            await Expect(visitor.Log.Locator(".text")).ToHaveTextAsync(all);
        }

        await Expect(here.Page.GetByRole(AriaRole.Group, new() { Name = "Not sent yet" })).ToBeHiddenAsync();
        await Expect(here.Page.GetByText("Reconnecting")).ToBeHiddenAsync();
        Assert.Equal(all, (await rodan.ReadAllAsync(discussion)).Select(message => message.GetProperty("text").GetString()));
    }

    [BrowserFact]
    public async Task ASessionThatEndsElsewhereShowsThePageToSignInWithinASecond()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var other = await mothra.AgainAsync();
        await using var here = await chromium.VisitAsync(app.Gateway, mothra);
        await Expect(here.Entry("Lobby")).ToBeVisibleAsync();
        await EventuallyOnlineAsync(other);

        using var ended = await other.SendAsync(HttpMethod.Delete, "/user/sessions");
        ended.EnsureSuccessStatusCode();
        var since = Stopwatch.StartNew();
        await Expect(here.Button("Sign in")).ToBeVisibleAsync();

        Assert.InRange(since.Elapsed, TimeSpan.Zero, Slack.Second);
        await Expect(here.Page.GetByText("Your session has ended. Sign in again")).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task TheKeyboardAloneDoesEverything()
    {
        using var rodan = await app.SignUpAsync("rodan");
        var mothra = app.NewPerson("mothra");
        await using var here = await chromium.VisitAsync(app.Gateway);
        await PressUntilAsync(here, "Tab", here.Button("Create an account"));
        await here.Page.Keyboard.PressAsync("Enter");
        await PressUntilAsync(here, "Shift+Tab", here.Field("Username"));
        await here.Page.Keyboard.TypeAsync(mothra.Name);
        await here.Page.Keyboard.PressAsync("Tab");
        await here.Page.Keyboard.TypeAsync(mothra.Password);
        await here.Page.Keyboard.PressAsync("Enter");

        await Expect(here.Entry("Lobby")).ToBeVisibleAsync();
        await PressUntilAsync(here, "Tab", here.Button("New discussion"));
        await here.Page.Keyboard.PressAsync("Enter");
        await here.Page.Keyboard.TypeAsync(rodan.Name);
        await here.Page.Keyboard.PressAsync("Tab");
        await here.Page.Keyboard.TypeAsync("By keys");
        await here.Page.Keyboard.PressAsync("Enter");
        await Expect(here.Composer).ToBeFocusedAsync();
        await here.Page.Keyboard.TypeAsync("first");
        await here.Page.Keyboard.PressAsync("Shift+Enter");
        await here.Page.Keyboard.TypeAsync("line");
        await here.Page.Keyboard.PressAsync("Enter");
        await Expect(here.Message("first\nline")).ToBeVisibleAsync();

        // To the message, and to what can be done with it.
        await PressUntilAsync(here, "Shift+Tab", here.Page.GetByRole(AriaRole.Region, new() { Name = "Messages, scrollable" }));
        await here.Page.Keyboard.PressAsync("ArrowUp");
        await Expect(here.Message("first")).ToBeFocusedAsync();
        await here.Page.Keyboard.PressAsync("Tab");
        await here.Page.Keyboard.PressAsync("Enter");
        await here.Page.Keyboard.PressAsync("End");
        await here.Page.Keyboard.TypeAsync(" changed");
        await here.Page.Keyboard.PressAsync("Enter");
        await Expect(here.Message("line changed (edited)")).ToBeFocusedAsync();
        await PressUntilAsync(here, "Tab", here.Message("line changed").GetByRole(AriaRole.Button, new() { Name = "Delete" }));
        await here.Page.Keyboard.PressAsync("Enter");
        await PressUntilAsync(here, "Tab", here.Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete" }));
        await here.Page.Keyboard.PressAsync("Enter");
        await Expect(here.Message("This message was deleted")).ToBeVisibleAsync();

        // Out of the discussion, and out of the page.
        await PressUntilAsync(here, "Tab", here.Button("Leave"));
        await here.Page.Keyboard.PressAsync("Enter");
        await here.Page.Keyboard.PressAsync("Escape");
        await Expect(here.Dialog).ToBeHiddenAsync();
        await PressUntilAsync(here, "Shift+Tab", here.Page.GetByRole(AriaRole.Link, new() { Name = "Settings" }));
        await here.Page.Keyboard.PressAsync("Enter");
        await PressUntilAsync(here, "Tab", here.Button("Sign out"));
        await here.Page.Keyboard.PressAsync("Enter");
        await Expect(here.Page.GetByText("You are signed out")).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task EveryTrickShowsAsText()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        string[] tricks =
        [
            "<img src=x onerror=alert(1)><script>alert(2)</script><svg/onload=alert(3)>",
            "&lt;b&gt; &#60;i&#62; <b>bold</b> </article></div><style>*{display:none}</style>",
            "javascript:alert(1) data:text/html,<script>alert(1)</script> [x](javascript:alert(1))",
            "https://\u202egpj.exe https://a.example/\"onmouseover=\"alert(1) https://b.example/<script>",
            "{{7*7}} ${7*7} `${alert(1)}`",
            $"{new string('W', 300)} Z{string.Concat(Enumerable.Repeat("\u0321\u0334\u0354", 60))}",
        ];
        await rodan.PostAsync(discussion, tricks);
        await using var here = await chromium.VisitAsync(app.Gateway, mothra);
        here.Page.Dialog += (_, dialog) => Assert.Fail($"A script ran: {dialog.Message}");
        await here.OpenDiscussionAsync(discussion);

        foreach (var trick in tricks)
        {
            await Expect(here.Message(trick)).ToBeVisibleAsync();
        }

        Assert.Equal(0, await here.Log.Locator("img, script, style, b, i, iframe, [onerror], [onload], [onmouseover]").CountAsync());
        Assert.Equal(["https://a.example/", "https://b.example/"], await here.Log.GetByRole(AriaRole.Link).EvaluateAllAsync<string[]>("links => links.map(link => link.href)"));
        Assert.All(await here.Log.GetByRole(AriaRole.Link).EvaluateAllAsync<string[]>("links => links.map(link => link.rel)"), rel => Assert.Contains("noopener", rel, StringComparison.Ordinal));

        // What terminals obey is sent as the pictures of it.
        await here.WriteAsync("\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u009b2J");
        await Expect(here.Message("␛[31mred␛[0m ␛]0;title␇ \ufffd2J")).ToBeVisibleAsync();

        // So do names of discussions.
        using var renamed = await mothra.SendAsync(HttpMethod.Patch, $"/discussion/{discussion}", new { title = "<img src=x onerror=alert(4)>" });
        await Expect(here.Page.GetByRole(AriaRole.Heading, new() { Name = "<img src=x onerror=alert(4)>" })).ToBeVisibleAsync();
        await NothingOverflowsAsync(here);
    }

    [BrowserFact]
    public async Task OlderMessagesComeInAboveWithoutAJump()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        for (var batch = 0; batch < 3; batch++)
        {
            await rodan.PostAsync(discussion, [.. Enumerable.Range(batch * 100, 100).Select(number => $"message {number}{string.Concat(Enumerable.Repeat(" word", number % 90))}")]);
        }

        await mothra.SendAsync(HttpMethod.Put, $"/discussion/{discussion}/read", new { seq = 300 });
        await using var here = await chromium.VisitAsync(app.Gateway, mothra);
        await here.OpenDiscussionAsync(discussion);
        await Expect(here.Message("message 299 ")).ToBeInViewportAsync();
        var scroller = here.Page.GetByRole(AriaRole.Region, new() { Name = "Messages, scrollable" });
        var texts = here.Log.Locator(".text");
        await Expect(texts).ToHaveCountAsync(50);

        // What is in sight stays where it is while a page is loaded above it, which here waits until all is drawn.
        var isDrawn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await here.Page.RouteAsync(url => url.Contains("cursor=", StringComparison.Ordinal), async route =>
        {
            await isDrawn.Task;
            await route.ContinueAsync();
        });
        await scroller.EvaluateAsync("element => { element.scrollTop = 300; }");
        var anchor = await scroller.EvaluateHandleAsync(
            "element => [...element.querySelectorAll('.message')].find(message => message.getBoundingClientRect().bottom > element.getBoundingClientRect().top)");
        var before = await anchor.EvaluateAsync<double>(TopWhenDrawn);
        isDrawn.SetResult();
        await Eventually.TrueAsync(async () => await texts.CountAsync() >= 100, "an older page is there");
        var after = await anchor.EvaluateAsync<double>(TopWhenDrawn);
        Assert.InRange(Math.Abs(after - before), 0, 3);

        // All the way up, each once and in order.
        await here.Page.UnrouteAllAsync();
        await scroller.HoverAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                await here.Page.Mouse.WheelAsync(0, -100_000);
                return await texts.CountAsync() == 300;
            },
            "all messages are there");
        await Expect(here.Page.GetByText("This is where it began")).ToBeVisibleAsync();
        Assert.Equal(
            Enumerable.Range(0, 300).Select(number => $"message {number}"),
            (await texts.AllTextContentsAsync()).Select(text => Regex.Match(text, "message [0-9]+").Value));
    }

    [BrowserFact]
    public async Task TwoTabsStayInStep()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await rodan.PostAsync(discussion, "one", "two");
        await using var first = await chromium.VisitAsync(app.Gateway, mothra);
        var second = await first.OpenTabAsync("/");
        var unread = second.Entry(rodan.Name).GetByRole(AriaRole.Img, new() { Name = "2 unread" });
        await Expect(unread).ToBeVisibleAsync();

        await first.Page.BringToFrontAsync();
        await first.OpenDiscussionAsync(discussion);
        await Expect(unread).ToBeHiddenAsync();

        // What is begun is there when one comes back, and in no other discussion.
        await first.Composer.FillAsync("half a thou");
        await first.Entry("Lobby").ClickAsync();
        await Expect(first.Composer).ToHaveValueAsync("");
        await first.Page.ReloadAsync();
        await first.Entry(rodan.Name).ClickAsync();
        await Expect(first.Composer).ToHaveValueAsync("half a thou");

        await first.Page.GotoAsync("/#/settings");
        await first.Button("Sign out").ClickAsync();
        foreach (var tab in new[] { first, second })
        {
            await Expect(tab.Button("Sign in")).ToBeVisibleAsync();
        }

        Assert.Equal(0, await first.Page.EvaluateAsync<int>("Object.keys(localStorage).filter(key => key.startsWith('draft:')).length"));
    }

    [BrowserFact]
    public async Task AnotherBrowserKnowsWhatIsReadAndHowPeopleCallThemselves()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        using var gamera = await app.SignUpAsync("gamera");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await rodan.PostAsync(discussion, "one", "two");
        await gamera.PostAsync("lobby", "from before");
        using var read = await mothra.SendAsync(HttpMethod.Put, "/discussion/lobby/read", new { seq = long.MaxValue });
        await gamera.PostAsync("lobby", "is anybody here?");
        await using var here = await chromium.VisitAsync(app.Gateway, mothra);
        await using var there = await chromium.VisitAsync(app.Gateway, mothra);
        var unread = there.Entry(rodan.Name).GetByRole(AriaRole.Img, new() { Name = "2 unread" });
        var unreadInTheLobby = there.Entry("Lobby").GetByRole(AriaRole.Img, new() { Name = "1 unread" });
        await Expect(unread).ToBeVisibleAsync();
        await Expect(unreadInTheLobby).ToBeVisibleAsync();
        await here.Entry("Lobby").ClickAsync();
        await Expect(unreadInTheLobby).ToBeHiddenAsync();
        await mothra.SendAsync(HttpMethod.Put, $"/discussion/{discussion}/read", new { seq = 1 });
        unread = there.Entry(rodan.Name).GetByRole(AriaRole.Img, new() { Name = "1 unread" });
        await Expect(unread).ToBeVisibleAsync();
        await here.OpenDiscussionAsync(discussion);
        await Expect(here.Message("one").Locator(".who-wrote")).ToHaveTextAsync(rodan.Name);
        await Expect(unread).ToBeHiddenAsync();

        // Whoever takes another's name is still seen to be somebody else, and no name turns what follows around.
        using var changed = await rodan.SendAsync(HttpMethod.Patch, "/user/me", new { display_name = $"\u202e{mothra.Name}" });
        await here.Page.ReloadAsync();
        await Expect(here.Message("one").Locator(".sender")).ToHaveTextAsync(mothra.Name);
        await Expect(here.Message("one").Locator(".username")).ToHaveTextAsync(rodan.Name);
        await Expect(here.Entry(mothra.Name)).ToContainTextAsync(": two");
        await Expect(here.Composer).ToHaveAttributeAsync("placeholder", $"Write to \u2068{mothra.Name}\u2069");
        await rodan.SendAsync(HttpMethod.Patch, "/user/me", new { display_name = "\u200b\u200b" });
        await here.Page.ReloadAsync();
        await Expect(here.Message("one").Locator(".who-wrote")).ToHaveTextAsync(rodan.Name);
    }

    [BrowserFact]
    public async Task SettingsChangeTheAccount()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var other = await mothra.AgainAsync();
        await using var here = await chromium.VisitAsync(app.Gateway, mothra);
        await here.Page.GetByRole(AriaRole.Link, new() { Name = "Settings" }).ClickAsync();

        await here.Field("Display name").FillAsync("The Moth");
        await here.Field("Display name").PressAsync("Enter");
        await Expect(here.List.GetByText("The Moth")).ToBeVisibleAsync();

        // A key is shown once, and works until it is deleted.
        await here.Button("New key").ClickAsync();
        await here.Field("Name").FillAsync("my program");
        await here.Button("Create").ClickAsync();
        var secret = await here.Field("Key").InputValueAsync();
        await here.Button("Close").ClickAsync();
        await Expect(here.Page.GetByText("my program")).ToBeVisibleAsync();
        Assert.DoesNotContain(secret, await here.Page.ContentAsync(), StringComparison.Ordinal);
        using var program = app.CreateClient();
        program.DefaultRequestHeaders.Authorization = new("Bearer", secret);
        (await program.PostAsJsonAsync("/v1/chat/completions", new { model = "godzilla-mini", messages = new[] { new { role = "user", content = "What is Godzilla?" } }, max_tokens = 8 })).EnsureSuccessStatusCode();
        await here.Button("Delete the key my program").ClickAsync();
        await here.Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Expect(here.Page.GetByText("You have no keys")).ToBeVisibleAsync();

        // What it used is in the chart.
        await Eventually.TrueAsync(
            async () =>
            {
                await here.Page.ReloadAsync();
                await Expect(here.Page.GetByRole(AriaRole.Heading, new() { Name = "Usage of models" })).ToBeVisibleAsync();
                await Expect(here.Page.GetByText("Loading…")).ToBeHiddenAsync();
                return await here.Page.GetByRole(AriaRole.Img, new() { NameRegex = new Regex("^1 request, [0-9]+ tokens") }).IsVisibleAsync();
            },
            "the usage is shown");

        await here.Page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^End the session of") }).ClickAsync();
        await other.EndedAsync();
        await here.Page.GetByLabel("Dark").CheckAsync();
        Assert.Equal("dark", await here.Page.EvaluateAsync<string>("getComputedStyle(document.documentElement).colorScheme"));
        await here.Field("Current password").FillAsync("not the password");
        await here.Field("New password").FillAsync("another password");
        await here.Button("Change the password").ClickAsync();
        await Expect(here.Page.GetByText("Wrong password")).ToBeVisibleAsync();
        await here.Field("Current password").FillAsync(mothra.Password);
        await here.Button("Change the password").ClickAsync();
        await Expect(here.Page.GetByText("Your password is changed")).ToBeVisibleAsync();

        var download = await here.Page.RunAndWaitForDownloadAsync(() => here.Page.GetByRole(AriaRole.Link, new() { Name = "Download my data" }).ClickAsync());
        using (var export = JsonDocument.Parse(await File.ReadAllTextAsync(await download.PathAsync())))
        {
            Assert.Equal("The Moth", export.RootElement.GetProperty("display_name").GetString());
        }

        await here.Button("Delete my account").ClickAsync();
        await here.Dialog.GetByLabel("Password").FillAsync("another password");
        await here.Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete my account" }).ClickAsync();
        await Expect(here.Button("Sign in")).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task AxeFindsNothingSeriousAndNothingOverflowsOnAPhone()
    {
        await NodePackages.RestoreOnceAsync();
        var axe = await File.ReadAllTextAsync(Path.Combine(ClientProcess.Folder, "node_modules/axe-core/axe.min.js"));
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await mothra.PostAsync(discussion, "Are you awake?", $"https://a.example/{new string('x', 200)} @{rodan.Name}, @assistant");
        await rodan.PostAsync(discussion, "Yes", new string('W', 500));
        await using var desk = await chromium.VisitAsync(app.Gateway, bypassesPolicy: true);
        await using var phone = await chromium.VisitAsync(app.Gateway, width: Phone, height: 667, colours: ColorScheme.Dark, bypassesPolicy: true);
        foreach (var visitor in new[] { desk, phone })
        {
            await Expect(visitor.Button("Sign in")).ToBeVisibleAsync();
            await visitor.Button("Sign in").ClickAsync(); // With the errors.
            await CheckAsync(visitor);
            await visitor.Field("Username").FillAsync(mothra.Name);
            await visitor.Field("Password").FillAsync(mothra.Password);
            await visitor.Field("Password").PressAsync("Enter");
            await Expect(visitor.Entry("Lobby")).ToBeVisibleAsync();
            await CheckAsync(visitor);
            await visitor.OpenDiscussionAsync(discussion);
            await Expect(visitor.Message("WWW")).ToBeVisibleAsync();
            await CheckAsync(visitor);
            if (visitor == phone)
            {
                await visitor.Button("Details").ClickAsync();
                await CheckAsync(visitor);
            }

            await visitor.Button("Leave").ClickAsync();
            await CheckAsync(visitor);
            await visitor.Button("Cancel").ClickAsync();
            await visitor.Page.GotoAsync("/#/settings");
            await Expect(visitor.Page.GetByText("this one")).ToBeVisibleAsync();
            await CheckAsync(visitor);
        }

        async Task CheckAsync(Visitor visitor)
        {
            await NothingOverflowsAsync(visitor);
            await visitor.Page.AddScriptTagAsync(new() { Content = axe });
            var found = await visitor.Page.EvaluateAsync<string[]>(
                """
                async () => (await axe.run()).violations.filter(one => one.impact === "serious" || one.impact === "critical")
                  .flatMap(one => one.nodes.map(node => `${one.id}: ${node.html}: ${node.failureSummary}`))
                """);
            Assert.Empty(found);
        }
    }

    private static async Task RegistersAsync(Visitor visitor, Person person, Person taken)
    {
        await visitor.Button("Create an account").ClickAsync();
        await visitor.Field("Username").FillAsync(taken.Name);
        await visitor.Field("Password").FillAsync("short");
        await visitor.Field("Password").PressAsync("Enter");
        await Expect(visitor.Page.GetByText("Too short: at least 8 characters")).ToBeVisibleAsync();
        await visitor.Field("Password").FillAsync(person.Password);
        await visitor.Field("Password").PressAsync("Enter");
        await Expect(visitor.Page.GetByText("That name is taken. Choose another")).ToBeVisibleAsync();
        await Expect(visitor.Field("Username")).ToBeFocusedAsync();
        await visitor.Field("Username").FillAsync(person.Name);
        await visitor.Field("Username").PressAsync("Enter");
        await Expect(visitor.Entry("Lobby")).ToBeVisibleAsync();
    }

    private static async Task PressUntilAsync(Visitor visitor, string key, ILocator target)
    {
        await Expect(target).ToBeVisibleAsync();
        for (var presses = 0; !await target.EvaluateAsync<bool>("element => element === document.activeElement"); presses++)
        {
            Assert.InRange(presses, 0, 80);
            await visitor.Page.Keyboard.PressAsync(key);
        }
    }

    private static async Task NothingOverflowsAsync(Visitor visitor)
    {
        // What is cut off on purpose (ellipsis) is no overflow: only what reaches out of the window, or scrolls sideways, is.
        var found = await visitor.Page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll("body *")]
              .filter(element => {
                const { left, right, width } = element.getBoundingClientRect();
                const style = getComputedStyle(element);
                return width > 0 && element.checkVisibility() && !element.closest(".text, svg") && (right > innerWidth + 1 || left < -1
                  || (element.scrollWidth > element.clientWidth + 1 && ["auto", "scroll"].includes(style.overflowX)));
              })
              .map(element => element.outerHTML.slice(0, 120))
            """);
        Assert.Empty(found);
    }

    private static Task EventuallyOnlineAsync(Person person) => Eventually.TrueAsync(
        async () => (await person.Http.GetFromJsonAsync<JsonElement>("/presence/online")).GetProperty("online").EnumerateArray().Any(user => user.GetString() == person.Name),
        $"{person.Name} is online");
}
