using System.Net;
using Godzilla.Gateway.Sessions;
using Godzilla.Gateway.Shutdown;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Godzilla.Gateway.Forwarding;

/// <summary>
/// Signs every forwarded request: for the session's user, or without a user where there is none. Services see neither cookies nor
/// forwarding headers: what they need of them is signed.
/// </summary>
internal sealed class SignedIdentityTransform(IdentitySigner signer, GatewayInstance instance) : ITransformProvider
{
    // A route that needs the cookies says "Forward".
    private const string CookieKey = "Cookie";

    public void ValidateRoute(TransformRouteValidationContext context)
    {
        if (!SessionRequirements.IsValid(context.Route.Metadata))
        {
            context.Errors.Add(new InvalidOperationException(
                $"ReverseProxy:Routes:{context.Route.RouteId}:Metadata:Session must be Required, Optional or None."));
        }
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context)
    {
        var service = context.Cluster is { } cluster
            ? ForwardedService.NameOf(cluster)
            : throw new InvalidOperationException($"ReverseProxy:Routes:{context.Route.RouteId} names no cluster.");
        var dropsCookies = context.Route.Metadata?.GetValueOrDefault(CookieKey) != "Forward";
        context.UseDefaultForwarders = false;
        context.AddRequestTransform(request =>
        {
            var http = request.HttpContext;
            var headers = request.ProxyRequest.Headers;
            if (dropsCookies)
            {
                headers.Remove(HeaderNames.Cookie);
            }

            if (http.Request.IsHttps)
            {
                headers.TryAddWithoutValidation("X-Forwarded-Proto", Uri.UriSchemeHttps);
            }

            var session = http.User as Session;
            var caller = new CallerIdentity(
                session?.Username ?? "", session?.Id ?? "", AddressOf(http.Connection), http.Request.Headers.UserAgent.ToString(), instance.Id);
            signer.Sign(headers, service, caller, request.ProxyRequest.Method.Method, request.Path.Value ?? "");
            return ValueTask.CompletedTask;
        });
    }

    private static string AddressOf(ConnectionInfo connection) => connection.RemoteIpAddress switch
    {
        { IsIPv4MappedToIPv6: true } address => address.MapToIPv4().ToString(),
        { } address => address.ToString(),
        null => IPAddress.None.ToString(),
    };
}
