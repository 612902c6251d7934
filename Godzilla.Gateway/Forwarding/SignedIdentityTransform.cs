using Godzilla.ServiceDefaults.Identity;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Godzilla.Gateway.Forwarding;

/// <summary>Signs every forwarded request: for the session's user, or without a user on routes that need none.</summary>
internal sealed class SignedIdentityTransform(IdentitySigner signer) : ITransformProvider
{
    private const string Issuer = "gateway";

    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context) => context.AddRequestTransform(request =>
    {
        var http = request.HttpContext;
        var user = http.User.Identity is { IsAuthenticated: true } ? http.User.Username() : "";
        signer.Sign(
            request.ProxyRequest.Headers, Issuer, user, http.User.SessionId(), request.ProxyRequest.Method.Method, request.Path.Value ?? "");
        return ValueTask.CompletedTask;
    });
}
