using System.CommandLine;
using System.Globalization;
using Page.Bench;

// The page in a real browser, at the whole system: when it can be seen, how it scrolls, and what Lighthouse says of it.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var what = new Argument<string>("WHAT") { Description = "paint, frames, lighthouse or all", DefaultValueFactory = _ => "all" };
what.AcceptOnlyFromAmong("paint", "frames", "lighthouse", "all");
var rounds = new Option<int>("--rounds") { Description = "How often each is measured.", DefaultValueFactory = _ => 10 };
var command = new RootCommand("Measures the page.") { what, rounds };
command.SetAction(async (result, _) =>
{
    bool Wants(string name) => result.GetValue(what) is var chosen && (chosen == name || chosen == "all");
    await using var site = await Site.StartAsync();
    await using var floor = await Floor.StartAsync();
    await using var chromium = await Chromium.StartAsync();
    if (Wants("paint"))
    {
        await Paint.RunAsync(chromium, site, floor, result.GetValue(rounds));
    }

    if (Wants("frames"))
    {
        await Frames.RunAsync(chromium, site, floor, result.GetValue(rounds));
    }

    if (Wants("lighthouse"))
    {
        await Lighthouse.RunAsync(chromium, site, floor);
    }
});
return await command.Parse(args).InvokeAsync();
