using Godzilla.ServiceDefaults.Errors;
using MongoDB.Driver;

namespace Godzilla.Accounts;

internal static class AccountsStore
{
    // What is left of the second in which a caller must have an answer.
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(700);

    /// <summary>Adds <see cref="IMongoDatabase"/> for <c>accountsdb</c>, and its failures to those that are answered with 503.</summary>
    internal static void AddAccountsStore(this IHostApplicationBuilder builder)
    {
        builder.AddMongoDBClient("accountsdb", configureClientSettings: settings =>
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
