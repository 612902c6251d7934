using System.Diagnostics;
using System.Globalization;
using Bench;

namespace Page.Bench;

/// <summary>Lighthouse's scores, from 0 to 100, of the page to sign in and of a discussion, beside a page of one line.</summary>
internal static class Lighthouse
{
    public static async Task RunAsync(Chromium chromium, Site site, Floor floor)
    {
        NodePackages.Install();
        await ScoreAsync(chromium, "a page of one line", new Uri(floor.Address, "/line"));
        await chromium.UseSessionAsync(site.Address, session: null);
        await ScoreAsync(chromium, "sign-in", site.Address);
        await chromium.UseSessionAsync(site.Address, site.Session);
        await ScoreAsync(chromium, "a discussion", new Uri(site.Address, $"/#/discussion/{site.Discussion}"));
    }

    private static async Task ScoreAsync(Chromium chromium, string name, Uri address)
    {
        var port = chromium.Port.ToString(CultureInfo.InvariantCulture);
        using var node = Process.Start(new ProcessStartInfo("node", ["lighthouse.mjs", port, address.ToString()])
        {
            WorkingDirectory = NodePackages.Folder,
            RedirectStandardOutput = true,
        })!;
        var output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Console.WriteLine($"Lighthouse, {name}: {output.Trim()}");
    }
}
