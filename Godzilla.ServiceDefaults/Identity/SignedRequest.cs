using Microsoft.AspNetCore.Http;

namespace Godzilla.ServiceDefaults.Identity;

/// <summary>Reads the signed identity of a request, where no authentication is in front.</summary>
public static class SignedRequest
{
    /// <summary>Checks who has signed a request, and for whom.</summary>
    /// <param name="signer">Holds the keys.</param>
    /// <param name="request">The request.</param>
    /// <param name="issuer">The service that signed it; empty if it is not signed or the signature is not good.</param>
    /// <param name="caller">For whom.</param>
    /// <returns><see langword="null"/> if it has no signature; else whether the signature is complete, valid for this request and new enough.</returns>
    public static bool? Read(IdentitySigner signer, HttpRequest request, out string issuer, out CallerIdentity caller)
    {
        ArgumentNullException.ThrowIfNull(signer);
        ArgumentNullException.ThrowIfNull(request);

        (issuer, caller) = ("", CallerIdentity.None);
        if (!request.Headers.ContainsKey(IdentityHeaders.Signature))
        {
            return null;
        }

        if (!TryRead(request, IdentityHeaders.Issuer, out var signedBy)
            || !TryRead(request, IdentityHeaders.User, out var user)
            || !TryRead(request, IdentityHeaders.Session, out var session)
            || !TryRead(request, IdentityHeaders.Address, out var address)
            || !TryRead(request, IdentityHeaders.Gateway, out var gateway)
            || !TryReadOptional(request, IdentityHeaders.Key, out var key)
            || !TryReadOptional(request, IdentityHeaders.Scopes, out var scopes)
            || !TryReadOptional(request, IdentityHeaders.Models, out var models)
            || !TryRead(request, IdentityHeaders.Time, out var signedAt)
            || !TryRead(request, IdentityHeaders.Signature, out var signature))
        {
            return false;
        }

        var signedFor = new CallerIdentity(user, session, address, request.Headers.UserAgent.ToString(), gateway, key, scopes, models);
        if (!signer.Verify(signedBy, signedFor, request.Method, request.Path.Value ?? "", signedAt, signature))
        {
            return false;
        }

        (issuer, caller) = (signedBy, signedFor);
        return true;
    }

    // A header that comes twice is ambiguous.
    private static bool TryRead(HttpRequest request, string name, out string value)
    {
        var values = request.Headers[name];
        value = values.ToString();
        return values.Count == 1;
    }

    private static bool TryReadOptional(HttpRequest request, string name, out string value)
    {
        var values = request.Headers[name];
        value = values.ToString();
        return values.Count <= 1;
    }
}
