using Bench;
using Chat.Bench;

if (Options.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(Options.Usage);
    return 2;
}

NodePackages.Install();
var folder = Directory.CreateTempSubdirectory("chat-bench-").FullName;
var results = new Results();
try
{
    var rooms = new Rooms(options, folder, results);
    var sizes = options.Sizes.Where(size => options.Measures("rooms") || (size == Rooms.RatedSize && options.Measures("rates"))).Order().ToList();

    // The largest has servers of its own, whose memory no other load has touched.
    foreach (var some in new[] { sizes.SkipLast(1), sizes.TakeLast(1) }.Where(some => some.Any()))
    {
        await rooms.MeasureAsync([.. some]);
    }

    if (options.Measures("sends"))
    {
        await new Sends(options, folder, results).MeasureAsync();
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}

results.Write(Console.Out);
Console.WriteLine($"\nLoad average of the machine afterwards: {await File.ReadAllTextAsync("/proc/loadavg")}");
return 0;
