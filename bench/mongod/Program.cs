using Mongod.Bench;

var options = Options.Parse(args);
if (options is null)
{
    await Console.Error.WriteLineAsync(Options.Usage);
    return 2;
}

await using var server = options.Uri is null ? await ServerProcess.StartAsync() : null;
using var workloads = await Workloads.PrepareAsync(options.Uri ?? server!.ConnectionString);
var table = new Table(workloads.All);
foreach (var workload in workloads.All)
{
    // The first calls compile, connect and fill caches.
    await workload.MeasureAsync(TimeSpan.FromSeconds(1));
}

for (var round = 0; round < options.Rounds; round++)
{
    foreach (var workload in workloads.All)
    {
        table.Add(workload, await workload.MeasureAsync(options.Duration));
    }
}

table.Write(Console.Out);
if (server is not null)
{
    await Console.Out.WriteLineAsync($"\nThe server's memory afterwards: {server.ProportionalSetSize() / 1024 / 1024} MiB (PSS)");
}

return 0;
