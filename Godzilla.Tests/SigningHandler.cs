using Godzilla.ServiceDefaults.Identity;
using Microsoft.Extensions.Options;

namespace Godzilla.Tests;

/// <summary>Signs each request as a service of the system does.</summary>
internal sealed class SigningHandler(string issuer, string user = "", TimeProvider? time = null) : DelegatingHandler(new SocketsHttpHandler { UseCookies = false })
{
    private readonly IdentitySigner _signer = new(Options.Create(new IdentityOptions { Key = GodzillaApp.IdentityKey }), time ?? TimeProvider.System);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _signer.Sign(request.Headers, issuer, user, session: "", request.Method.Method, request.RequestUri!.AbsolutePath);
        return base.SendAsync(request, cancellationToken);
    }
}
