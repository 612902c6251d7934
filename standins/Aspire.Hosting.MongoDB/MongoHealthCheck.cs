using System.Net.Sockets;
using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.MongoDB;

/// <summary>Healthy if the server lets the user sign in and answers a ping.</summary>
internal sealed class MongoHealthCheck(MongoDBServerResource server, string database) : IHealthCheck, IDisposable
{
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private MongoConnection? _connection;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            _connection ??= await SignInAsync(cancellationToken);
            await _connection.RunAsync(database, [("ping", 1)], cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception)
        {
            // A connection that has failed once is not used again.
            _connection?.Dispose();
            _connection = null;
            if (exception is SocketException or IOException or InvalidDataException or MongoException or CryptographicException)
            {
                return HealthCheckResult.Unhealthy(exception.Message);
            }

            throw;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _oneAtATime.Dispose();
    }

    private async Task<MongoConnection> SignInAsync(CancellationToken cancellationToken)
    {
        var port = server.PrimaryEndpoint.Port;
        var user = (await server.UserNameReference.GetValueAsync(cancellationToken))!;
        var password = (await server.PasswordParameter!.GetValueAsync(cancellationToken))!;
        try
        {
            return await MongoConnection.OpenAsync(port, c => c.SignInAsync(user, password, cancellationToken), cancellationToken);
        }
        catch (MongoException exception) when (server.IsReal && exception.Code == MongoException.AuthenticationFailed)
        {
            // While MongoDB has no user at all, anybody on this machine may create the first one (the localhost exception).
            string[] roles = ["root"];
            using var creator = await MongoConnection.OpenAsync(
                port, c => c.RunAsync("admin", [("createUser", user), ("pwd", password), ("roles", roles)], cancellationToken), cancellationToken);
            return await MongoConnection.OpenAsync(port, c => c.SignInAsync(user, password, cancellationToken), cancellationToken);
        }
    }
}
