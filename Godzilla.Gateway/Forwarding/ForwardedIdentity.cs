using System.Net;
using Godzilla.Gateway.Sessions;
using Godzilla.Gateway.Shutdown;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Gateway.Forwarding;

/// <summary>For whom a request is forwarded: the session's user, or nobody where there is no session.</summary>
internal static class ForwardedIdentity
{
    public static CallerIdentity Of(HttpContext context, GatewayInstance instance)
    {
        var session = context.User as Session;
        return new CallerIdentity(
            session?.Username ?? "", session?.Id ?? "", AddressOf(context.Connection), context.Request.Headers.UserAgent.ToString(), instance.Id);
    }

    private static string AddressOf(ConnectionInfo connection) => connection.RemoteIpAddress switch
    {
        { IsIPv4MappedToIPv6: true } address => address.MapToIPv4().ToString(),
        { } address => address.ToString(),
        null => IPAddress.None.ToString(),
    };
}
