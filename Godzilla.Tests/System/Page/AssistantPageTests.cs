using Aspire.Dashboard.Tests;
using Godzilla.Tests.System.Chat;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Godzilla.Tests.System.Page;

/// <summary>The assistant, as people at the page see it.</summary>
[Collection(PensiveSystem.Name)]
public sealed class AssistantPageTests(PensiveApp app, Chromium chromium) : IClassFixture<Chromium>
{
    [BrowserFact]
    public async Task AnAnswerGrowsAndWhoeverAskedStopsIt()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var here = await chromium.VisitAsync(app.Gateway, mothra);
        await using var there = await chromium.VisitAsync(app.Gateway, rodan);
        await here.OpenDiscussionAsync(discussion);
        await there.OpenDiscussionAsync(discussion);
        var growing = new PageGetByRoleOptions { Name = "The assistant answers" };

        await here.WriteAsync("@assistant what is Godzilla?");
        await Expect(here.Page.GetByRole(AriaRole.Article, growing)).ToBeVisibleAsync();
        await Expect(there.Page.GetByRole(AriaRole.Article, growing)).ToBeVisibleAsync();
        await Expect(there.Button("Stop")).ToHaveCountAsync(0);
        foreach (var visitor in new[] { here, there })
        {
            await Expect(visitor.Log.GetByText("assistant", new() { Exact = true })).ToBeVisibleAsync();
            await Expect(visitor.Page.GetByRole(AriaRole.Article, growing)).ToHaveCountAsync(0);
        }

        await here.WriteAsync("@assistant tell me everything about the gateway");
        await here.Button("Stop").ClickAsync();
        await Expect(here.Page.GetByRole(AriaRole.Article, growing)).ToHaveCountAsync(0);
    }
}
