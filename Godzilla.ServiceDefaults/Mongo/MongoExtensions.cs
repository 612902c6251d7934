using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Health;
using Godzilla.ServiceDefaults.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.ServiceDefaults.Mongo;

/// <summary>MongoDB with the time limits, the durability and the failure policy that every service shares.</summary>
public static class MongoExtensions
{
    private const int OutOfDiskSpace = 14031;

    /// <summary>
    /// Adds <see cref="IMongoDatabase"/> for the connection string <paramref name="name"/>, with its health check. A write is
    /// acknowledged once a majority has it in its journal. The service is not ready before the database has answered once.
    /// </summary>
    /// <param name="builder">The service's builder.</param>
    /// <param name="name">The database's name in the app host; no other service has it.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static IHostApplicationBuilder AddMongo(this IHostApplicationBuilder builder, string name)
    {
        ArgumentNullException.ThrowIfNull(builder);

        builder.AddMongoDBClient(
            name,
            settings => settings.DisableTracing = !builder.HasOtlpEndpoint(),
            settings =>
            {
                settings.ServerSelectionTimeout = TimeoutExtensions.DependencyLimit;
                settings.ConnectTimeout = TimeoutExtensions.DependencyLimit;
                settings.SocketTimeout = TimeoutExtensions.DependencyLimit;
                settings.WriteConcern = WriteConcern.WMajority.With(journal: true);
            });

        // The driver's first call compiles its serializers and opens its pool, which takes longer than a request may.
        builder.Services.AddWarmUp(async (services, cancellationToken) => await services.GetRequiredService<IMongoDatabase>()
            .RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1), readPreference: null, cancellationToken));
        builder.Services.Configure<DependencyFailures>(failures => failures
            .Add<MongoConnectionException>()
            .Add<MongoConnectionPoolPausedException>()
            .Add<MongoWaitQueueFullException>()
            .Add<MongoNotPrimaryException>()
            .Add<MongoNodeIsRecoveringException>()
            .Add<MongoExecutionTimeoutException>()
            .Add<MongoWriteConcernException>(exception => exception is not MongoDuplicateKeyException)
            .Add<MongoCommandException>(exception => exception.Code == OutOfDiskSpace)
            .Add<MongoWriteException>(exception => exception.WriteError?.Code == OutOfDiskSpace));
        return builder;
    }

    /// <summary>The time, as precise as BSON keeps it: what is answered now is what will be read later.</summary>
    /// <param name="time">The clock.</param>
    /// <returns>UTC, in whole milliseconds.</returns>
    public static DateTime GetBsonTime(this TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()).UtcDateTime;
    }
}
