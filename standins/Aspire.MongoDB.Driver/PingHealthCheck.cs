using Microsoft.Extensions.Diagnostics.HealthChecks;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Aspire.MongoDB.Driver;

/// <summary>Healthy when the database answers a ping or, without a database, when the server lists its databases.</summary>
internal sealed class PingHealthCheck(IMongoClient client, string? databaseName) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            if (string.IsNullOrWhiteSpace(databaseName))
            {
                using var names = await client.ListDatabaseNamesAsync(cancellationToken);
            }
            else
            {
                await client.GetDatabase(databaseName).RunCommandAsync<BsonDocument>(
                    new BsonDocument("ping", 1), cancellationToken: cancellationToken);
            }

            return HealthCheckResult.Healthy();
        }
        catch (Exception fault)
        {
            // A health check reports a failure as its status.
            return new HealthCheckResult(context.Registration.FailureStatus, fault.Message, fault);
        }
    }
}
