using System.Globalization;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Tests;

/// <summary>What the tests need of applications that they put together themselves.</summary>
internal static class Applications
{
    public static CancellationToken TimeLimit => new CancellationTokenSource(AppHostProcess.Patience).Token;

    public static IResourceBuilder<ProjectResource> AddSample(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddProject(name, Path.Combine(Here(), "..", "Sample.Service", "Sample.Service.csproj"));

    public static async Task<DistributedApplication> StartAsync(this IDistributedApplicationTestingBuilder builder)
    {
        var app = await builder.BuildAsync(TimeLimit);
        await app.StartAsync(TimeLimit);
        return app;
    }

    public static Task<ResourceEvent> HealthyAsync(this DistributedApplication app, string name) =>
        app.ResourceNotifications.WaitForResourceHealthyAsync(name, TimeLimit);

    public static Task<ResourceEvent> WaitAsync(this DistributedApplication app, string name, Func<CustomResourceSnapshot, bool> condition) =>
        app.ResourceNotifications.WaitForResourceAsync(name, e => condition(e.Snapshot), TimeLimit);

    public static int PidOf(this ResourceEvent resourceEvent) =>
        Convert.ToInt32(resourceEvent.Snapshot.Properties.Single(p => p.Name == "executable.pid").Value, CultureInfo.InvariantCulture);

    public static ResourceEvent StateOf(this DistributedApplication app, string id)
    {
        Assert.True(app.ResourceNotifications.TryGetCurrentState(id, out var state), $"nothing is known of '{id}'");
        return state;
    }

    public static IResource Resource(this DistributedApplication app, string name) =>
        app.Services.GetRequiredService<DistributedApplicationModel>().Resources.Single(r => r.Name == name);

    public static async Task<Dictionary<string, string>> EnvironmentOfAsync(this DistributedApplication app, string name)
    {
        using var client = app.CreateHttpClient(name);
        return (await client.GetFromJsonAsync<Dictionary<string, string>>("/environment", TimeLimit))!;
    }

    /// <summary>Waits until a resource has written a line with this text.</summary>
    public static async Task<string> LineOfAsync(this DistributedApplication app, string resource, string text)
    {
        var log = app.Services.GetRequiredService<ResourceLoggerService>().WatchAsync(app.StateOf(resource).ResourceId);
        await foreach (var lines in log.WithCancellation(TimeLimit))
        {
            if (lines.FirstOrDefault(l => l.Content.Contains(text, StringComparison.Ordinal)) is { Content: { } line })
            {
                return line;
            }
        }

        throw new InvalidOperationException($"'{resource}' did not write '{text}'.");
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
