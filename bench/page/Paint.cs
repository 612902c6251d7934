using Microsoft.Playwright;

namespace Page.Bench;

/// <summary>When something can be seen, in a browser that has nothing of the page yet: first contentful paint, and the view being usable.</summary>
internal static class Paint
{
    private const string FirstPaint =
        """
        () => new Promise(done => new PerformanceObserver((list, observer) => {
          const entry = list.getEntriesByName('first-contentful-paint')[0];
          if (entry) { observer.disconnect(); done(entry.startTime); }
        }).observe({ type: 'paint', buffered: true }))
        """;

    public static async Task RunAsync(Chromium chromium, Site site, Floor floor, int rounds)
    {
        var (line, signIn, chat) = (new List<double>(), new List<double>(), new List<double>());
        var (signInUsable, chatUsable) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            line.Add((await LoadAsync(chromium, new Uri(floor.Address, "/line"), "p")).Paint);
            await chromium.UseSessionAsync(site.Address, session: null);
            Add(signIn, signInUsable, await LoadAsync(chromium, site.Address, "form button"));
            await chromium.UseSessionAsync(site.Address, site.Session);
            Add(chat, chatUsable, await LoadAsync(chromium, new Uri(site.Address, $"/#/discussion/{site.Discussion}"), ".message"));
        }

        Statistics.Print("first paint, a page of one line", line, "ms");
        Statistics.Print("first paint, sign-in", signIn, "ms");
        Statistics.Print("first paint, a discussion", chat, "ms");
        Statistics.Print("sign-in can be used", signInUsable, "ms");
        Statistics.Print("messages are there", chatUsable, "ms");
        Console.WriteLine($"ratio to one line: sign-in {Statistics.Median(signIn) / Statistics.Median(line):0.0}, discussion {Statistics.Median(chat) / Statistics.Median(line):0.0}");
    }

    private static void Add(List<double> paints, List<double> usable, (double Paint, double Usable) load)
    {
        paints.Add(load.Paint);
        usable.Add(load.Usable);
    }

    private static async Task<(double Paint, double Usable)> LoadAsync(Chromium chromium, Uri address, string usable)
    {
        var page = await chromium.Context.NewPageAsync();
        var devTools = await chromium.Context.NewCDPSessionAsync(page);
        await devTools.SendAsync("Network.clearBrowserCache");
        await page.GotoAsync(address.ToString(), new() { WaitUntil = WaitUntilState.Commit });
        var paint = await page.EvaluateAsync<double>(FirstPaint);
        await page.Locator(usable).First.WaitForAsync();
        var time = await page.EvaluateAsync<double>("() => performance.now()");
        await page.CloseAsync();
        return (paint, time);
    }
}
