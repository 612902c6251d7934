using Microsoft.AspNetCore.Http;

namespace Godzilla.ServiceDefaults.Identity;

/// <summary>Signs each call of an <see cref="HttpClient"/>, in this service's own name or in that of <see cref="Caller"/>.</summary>
/// <param name="signer">Holds the keys.</param>
/// <param name="callee">The service that the client calls.</param>
public sealed class SignedClientHandler(IdentitySigner signer, string callee) : DelegatingHandler
{
    /// <summary>For whom a request is made, where that is a user. This service must be allowed to speak for users.</summary>
    public static HttpRequestOptionsKey<CallerIdentity> Caller { get; } = new("Caller");

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);

        var caller = (request.Options.TryGetValue(Caller, out var user) ? user : CallerIdentity.None) with { UserAgent = request.Headers.UserAgent.ToString() };
        signer.Sign(request.Headers, callee, caller, request.Method.Method, PathString.FromUriComponent(request.RequestUri!).Value!);
        return base.SendAsync(request, cancellationToken);
    }
}
