using Accounts.Bench;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

if (Options.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(Options.Usage);
    return 2;
}

var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Godzilla_AppHost>();

// What is measured is behind the gateway's limits.
var gateway = builder.CreateResourceBuilder<ProjectResource>("gateway");
foreach (var policy in new[] { "Login", "Registration", "Requests" })
{
    gateway.WithEnvironment($"RateLimits__{policy}__PerSecond", "100000").WithEnvironment($"RateLimits__{policy}__Burst", "100000");
}

await using var app = await builder.BuildAsync();
await app.StartAsync();
using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
await app.ResourceNotifications.WaitForResourceHealthyAsync("gateway", limit.Token);

var bench = new Bench(app.GetEndpoint("gateway", "http"), app.GetEndpoint("accounts", "http"), options);
await bench.SignInsAsync();
await bench.UnknownUsersAsync();
await bench.StormAsync();
return 0;
