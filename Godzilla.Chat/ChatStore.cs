using Godzilla.ServiceDefaults.Errors;
using MongoDB.Driver;

namespace Godzilla.Chat;

internal static class ChatStore
{
    /// <summary>What is left of the second in which a caller must have an answer.</summary>
    internal static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(700);

    /// <summary>The time, as precise as the store keeps it: what is answered now is what will be read later.</summary>
    internal static DateTime Now(TimeProvider time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()).UtcDateTime;

    /// <summary>Adds <see cref="IMongoDatabase"/> for <c>chatdb</c>, and its failures to those that are answered with 503.</summary>
    internal static void AddChatStore(this IHostApplicationBuilder builder)
    {
        builder.AddMongoDBClient("chatdb", configureClientSettings: settings =>
        {
            settings.ServerSelectionTimeout = TimeLimit;
            settings.ConnectTimeout = TimeLimit;
            settings.SocketTimeout = TimeLimit;
        });
        builder.Services.Configure<DependencyFailures>(failures => failures
            .Add<MongoConnectionException>()
            .Add<MongoWaitQueueFullException>());
    }
}
