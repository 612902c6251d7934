using System.Net;
using System.Net.Sockets;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Redis;

/// <summary>Healthy if the server accepts the password and answers PING. See https://redis.io/docs/latest/develop/reference/protocol-spec/.</summary>
internal sealed class RedisHealthCheck(RedisResource redis) : IHealthCheck
{
    private const int LongestAnswer = 512;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(new IPEndPoint(IPAddress.Loopback, redis.PrimaryEndpoint.Port), cancellationToken);
            var stream = client.GetStream();
            var answer = await AskAsync(stream, ["AUTH", (await redis.PasswordParameter!.GetValueAsync(cancellationToken))!], cancellationToken);
            if (answer != "+OK")
            {
                return HealthCheckResult.Unhealthy($"AUTH: {answer}");
            }

            // While it loads its data it answers with an error.
            var pong = await AskAsync(stream, ["PING"], cancellationToken);
            return pong == "+PONG" ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"PING: {pong}");
        }
        catch (Exception exception) when (exception is SocketException or IOException or InvalidOperationException)
        {
            return HealthCheckResult.Unhealthy(exception.Message);
        }
    }

    private static async Task<string> AskAsync(NetworkStream stream, string[] command, CancellationToken cancellationToken)
    {
        var request = new StringBuilder($"*{command.Length}\r\n");
        foreach (var part in command)
        {
            request.Append('$').Append(Encoding.UTF8.GetByteCount(part)).Append("\r\n").Append(part).Append("\r\n");
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes(request.ToString()), cancellationToken);
        var answer = new StringBuilder();
        var buffer = new byte[LongestAnswer];
        while (answer.Length < LongestAnswer && !answer.ToString().EndsWith("\r\n", StringComparison.Ordinal))
        {
            var received = await stream.ReadAsync(buffer, cancellationToken);
            if (received == 0)
            {
                throw new IOException("The server closed the connection.");
            }

            answer.Append(Encoding.UTF8.GetString(buffer, 0, received));
        }

        return answer.ToString().TrimEnd();
    }
}
