using Microsoft.Playwright;

namespace Page.Bench;

/// <summary>The time between frames while somebody scrolls through thousands of messages, beside the same texts as plain paragraphs.</summary>
internal static class Frames
{
    private const int Steps = 240;

    // In pixels a frame: a wheel that is turned fast, and a leap of two windows each time.
    private static readonly (string Name, int Distance)[] Speeds = [("turning the wheel", 120), ("leaping", 1500)];

    private static readonly TimeSpan LoadLimit = TimeSpan.FromMinutes(3);

    // Scrolls down from the start in steps, one each frame, and returns the milliseconds from frame to frame.
    private const string Scroll =
        """
        (scroller, [steps, distance]) => new Promise(done => {
          const times = [];
          scroller.scrollTop = 1000;
          let last = performance.now();
          const step = now => {
            times.push(now - last);
            last = now;
            if (times.length > steps) done(times.slice(1));
            else { scroller.scrollTop += distance; requestAnimationFrame(step); }
          };
          requestAnimationFrame(step);
        })
        """;

    public static async Task RunAsync(Chromium chromium, Site site, Floor floor, int rounds)
    {
        await chromium.UseSessionAsync(site.Address, site.Session);
        var page = await chromium.Context.NewPageAsync();
        await page.GotoAsync(new Uri(site.Address, $"/#/discussion/{site.Discussion}").ToString());
        var scroller = page.GetByRole(AriaRole.Region, new() { Name = "Messages, scrollable" });
        await LoadAllAsync(page, scroller);
        var plain = await chromium.Context.NewPageAsync();
        await plain.GotoAsync(new Uri(floor.Address, "/messages").ToString());

        foreach (var (name, distance) in Speeds)
        {
            var (ours, theirs) = (new List<double>(), new List<double>());
            for (var round = 0; round < rounds; round++)
            {
                await plain.BringToFrontAsync();
                theirs.AddRange(await plain.Locator("#scroller").EvaluateAsync<double[]>(Scroll, (int[])[Steps, distance]));
                await page.BringToFrontAsync();
                ours.AddRange(await scroller.EvaluateAsync<double[]>(Scroll, (int[])[Steps, distance]));
            }

            Statistics.Print($"frame, {name}, plain paragraphs", theirs, "ms");
            Statistics.Print($"frame, {name}, the page", ours, "ms");
            Console.WriteLine($"frames over 50 ms, {name}: {theirs.Count(time => time > 50)} of {theirs.Count} plain, {ours.Count(time => time > 50)} of {ours.Count} of the page");
        }

        await page.CloseAsync();
        await plain.CloseAsync();
    }

    private static async Task LoadAllAsync(IPage page, ILocator scroller)
    {
        using var limit = new CancellationTokenSource(LoadLimit);
        await page.Locator(".message").First.WaitForAsync();
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        while (await page.Locator(".message").CountAsync() < Site.Messages)
        {
            await scroller.EvaluateAsync("scroller => { scroller.scrollTop = 0; }");
            await Task.Delay(20, limit.Token);
        }

        Console.WriteLine($"{Site.Messages} messages were scrolled in, page by page, in {System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
    }
}
