#nullable enable
using System.Diagnostics;
using MongoDB.Driver.Storage;

namespace MongoDB.Driver;

/// <summary>One activity an operation, with names and never with values.</summary>
internal static class CommandTrace
{
    // The name that Aspire's component adds to the tracer.
    private static readonly ActivitySource Source = new("MongoDB.Driver.Core.Extensions.DiagnosticSources");

    internal static Task<T> RunAsync<T>(Store store, string operation, string? collection, Func<Task<T>> run) =>
        store.TracingEnabled && Source.HasListeners() ? RunTracedAsync(store, operation, collection, run) : run();

    private static async Task<T> RunTracedAsync<T>(Store store, string operation, string? collection, Func<Task<T>> run)
    {
        var name = collection == null ? $"mongodb.{operation}" : $"{collection}.{operation}";
        using var activity = Source.StartActivity(name, ActivityKind.Client);
        if (activity != null)
        {
            activity.SetTag("db.system", "mongodb");
            activity.SetTag("db.name", store.Name);
            activity.SetTag("db.namespace", store.Name);
            activity.SetTag("db.operation", operation);
            if (collection != null)
            {
                activity.SetTag("db.mongodb.collection", collection);
                activity.SetTag("db.collection.name", collection);
            }
        }

        try
        {
            var result = await run();
            activity?.SetStatus(ActivityStatusCode.Ok);
            return result;
        }
        catch (Exception fault)
        {
            // The message may hold a key's values, so only the kind of the fault is told.
            activity?.SetTag("error.type", fault.GetType().FullName);
            activity?.SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }
}
