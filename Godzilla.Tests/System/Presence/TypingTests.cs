using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace Godzilla.Tests.System.Presence;

[Collection(ImpatientSystem.Name)]
public sealed class TypingTests(ImpatientApp app)
{
    [Fact]
    public async Task TypingIsShownToTheOthersUntilItIsEnded()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var mothraHub = await mothra.ConnectAsync();
        await using var rodanHub = await rodan.ConnectAsync();

        // On a machine that pauses it ends by itself, which shows nothing.
        var (lasted, typing) = (TimeSpan.MaxValue, Array.Empty<string?>());
        for (var attempt = 0; attempt < 5 && lasted >= ImpatientApp.TypingLifetime; attempt++)
        {
            var come = rodanHub.Events("typing").Count;
            var watch = Stopwatch.StartNew();
            await mothraHub.InvokeAsync("SetTyping", discussion, true);
            await rodanHub.WaitForAsync("typing", In(discussion, mothra.Name), come);
            typing = await EverywhereAsync(rodan);
            await mothraHub.InvokeAsync("SetTyping", discussion, false);
            await rodanHub.WaitForAsync("typing", In(discussion), come);
            lasted = watch.Elapsed;
        }

        Assert.True(lasted < ImpatientApp.TypingLifetime, "It ended by itself.");
        Assert.Contains(mothra.Name, typing);
        Assert.DoesNotContain(mothra.Name, await EverywhereAsync(rodan));
        Assert.Empty(mothraHub.Events("typing"));
    }

    [Fact]
    public async Task TypingEndsByItselfWhenItsTimeIsUp()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var mothraHub = await mothra.ConnectAsync();
        await using var rodanHub = await rodan.ConnectAsync();

        var watch = Stopwatch.StartNew();
        await mothraHub.InvokeAsync("SetTyping", discussion, true);
        await rodanHub.WaitForAsync("typing", In(discussion, mothra.Name));
        var shown = watch.Elapsed;
        await rodanHub.WaitForAsync("typing", In(discussion));

        Assert.True(shown < Slack.Second, $"Shown only after {shown}.");
        Assert.True(watch.Elapsed >= ImpatientApp.TypingLifetime, $"It ended after {watch.Elapsed}.");
        Assert.Equal(2, rodanHub.Events("typing").Count);
        Assert.DoesNotContain(mothra.Name, await EverywhereAsync(rodan));
    }

    private static Func<JsonElement, bool> In(string discussion, params string[] users) => typing =>
        typing.GetProperty("discussion_id").GetString() == discussion
        && typing.GetProperty("users").EnumerateArray().Select(user => user.GetString()).SequenceEqual(users);

    private static async Task<string?[]> EverywhereAsync(Person person) =>
        [.. (await person.Http.GetFromJsonAsync<JsonElement>("/presence/typing")).GetProperty("typing").EnumerateArray().Select(user => user.GetString())];
}
