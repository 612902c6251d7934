using Godzilla.ServiceDefaults.Identity;
using Microsoft.Extensions.Options;

namespace Godzilla.Tests;

/// <summary>Signs each request as one service of the system does for another.</summary>
internal sealed class SigningHandler(string issuer, string audience, string user = "", TimeProvider? time = null, string address = "")
    : DelegatingHandler(new SocketsHttpHandler { UseCookies = false })
{
    private readonly IdentitySigner _signer = Signer(issuer, audience, GodzillaApp.KeyOf(issuer, audience), time ?? TimeProvider.System);

    /// <summary>For whom else: what the parameters do not say.</summary>
    internal CallerIdentity Caller { get; init; } = CallerIdentity.None with { User = user, Address = address };

    internal static IdentitySigner Signer(string issuer, string audience, string key, TimeProvider time) => new(
        Options.Create(new IdentityOptions { Service = issuer, Callees = { [audience] = new CalleeOptions { Key = key } } }), time);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var caller = Caller with { UserAgent = request.Headers.UserAgent.ToString() };
        _signer.Sign(request.Headers, audience, caller, request.Method.Method, request.RequestUri!.AbsolutePath);
        return base.SendAsync(request, cancellationToken);
    }
}
