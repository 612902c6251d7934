using System.Net;
using Godzilla.Gateway.Sessions;
using Godzilla.Gateway.Shutdown;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Gateway.Forwarding;

/// <summary>For whom a request is forwarded: the user of the session or the key, or nobody where there is neither.</summary>
internal static class ForwardedIdentity
{
    public static CallerIdentity Of(HttpContext context, GatewayInstance instance)
    {
        var (address, userAgent) = (AddressOf(context.Connection), context.Request.Headers.UserAgent.ToString());
        return context.User is Caller caller
            ? new CallerIdentity(caller.Username, caller.SessionId, address, userAgent, instance.Id, caller.Key, caller.Scopes, caller.Models)
            : new CallerIdentity("", "", address, userAgent, instance.Id);
    }

    private static string AddressOf(ConnectionInfo connection) => connection.RemoteIpAddress switch
    {
        { IsIPv4MappedToIPv6: true } address => address.MapToIPv4().ToString(),
        { } address => address.ToString(),
        null => IPAddress.None.ToString(),
    };
}
