using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Chat.Presence;

/// <summary>Signs each call to Presence in this service's own name.</summary>
internal sealed class PresenceIdentityHandler(IdentitySigner signer) : DelegatingHandler
{
    private const string Issuer = "chat";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        signer.Sign(
            request.Headers, Issuer, user: "", session: "", request.Method.Method, PathString.FromUriComponent(request.RequestUri!).Value!);
        return base.SendAsync(request, cancellationToken);
    }
}
