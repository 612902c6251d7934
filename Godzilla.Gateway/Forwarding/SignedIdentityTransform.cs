using Godzilla.Gateway.Bearer;
using Godzilla.Gateway.Sessions;
using Godzilla.Gateway.Shutdown;
using Godzilla.ServiceDefaults.ApiKeys;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Godzilla.Gateway.Forwarding;

/// <summary>
/// Signs what is forwarded YARP's own way: for the session's user, or without a user where there is none. Services see neither cookies,
/// nor keys and tokens, nor forwarding headers: what they need of them is signed.
/// </summary>
internal sealed class SignedIdentityTransform(IdentitySigner signer, GatewayInstance instance) : ITransformProvider
{
    public void ValidateRoute(TransformRouteValidationContext context)
    {
        if (!SessionRequirements.IsValid(context.Route.Metadata))
        {
            context.Errors.Add(new InvalidOperationException(
                $"ReverseProxy:Routes:{context.Route.RouteId}:Metadata:Session must be Required, Optional or None."));
        }

        if (BearerScopes.Of(context.Route.Metadata) is { } scopes && (scopes.Count == 0 || !scopes.All(ApiKeyScopes.All.Contains)))
        {
            context.Errors.Add(new InvalidOperationException(
                $"ReverseProxy:Routes:{context.Route.RouteId}:Metadata:Bearer must hold one or more of {string.Join(", ", ApiKeyScopes.All)}."));
        }
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context)
    {
        context.UseDefaultForwarders = false;
        context.AddRequestTransform(request =>
        {
            var http = request.HttpContext;
            var policy = http.GetEndpoint()!.Metadata.GetRequiredMetadata<RoutePolicy>();
            var headers = request.ProxyRequest.Headers;
            if (policy.DropsCookies)
            {
                headers.Remove(HeaderNames.Cookie);
            }

            headers.Remove(HeaderNames.Authorization);

            if (http.Request.IsHttps)
            {
                headers.TryAddWithoutValidation("X-Forwarded-Proto", Uri.UriSchemeHttps);
            }

            signer.Sign(headers, policy.Service, ForwardedIdentity.Of(http, instance), request.ProxyRequest.Method.Method, request.Path.Value ?? "");
            return ValueTask.CompletedTask;
        });
    }
}
