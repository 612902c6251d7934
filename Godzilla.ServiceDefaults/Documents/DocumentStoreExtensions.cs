using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MongoDB.Driver;

namespace Godzilla.ServiceDefaults.Documents;

/// <summary>MongoDB as every service that owns documents uses it: quick to give up, quick to come back.</summary>
public static class DocumentStoreExtensions
{
    // After it the answer is 503; a caller has one within a second.
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(700);

    /// <summary>Adds <see cref="IMongoDatabase"/> for the connection string <paramref name="name"/>, with its health check.</summary>
    /// <param name="builder">The service's builder.</param>
    /// <param name="name">The database's name in the app host; no other service has it.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static IHostApplicationBuilder AddDocumentStore(this IHostApplicationBuilder builder, string name)
    {
        builder.AddMongoDBClient(name, configureClientSettings: settings =>
        {
            settings.ServerSelectionTimeout = TimeLimit;
            settings.ConnectTimeout = TimeLimit;
            settings.SocketTimeout = TimeLimit;
        });
        builder.Services.Configure<DependencyFailures>(failures => failures
            .Add<MongoConnectionException>()
            .Add<MongoWaitQueueFullException>());
        return builder;
    }

    /// <summary>The time, as precise as documents keep it: what is answered now is what will be read later.</summary>
    /// <param name="time">The clock.</param>
    /// <returns>UTC, in whole milliseconds.</returns>
    public static DateTime GetDocumentTime(this TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()).UtcDateTime;
    }
}
