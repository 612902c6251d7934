using System.Security.Claims;

namespace Godzilla.ServiceDefaults.Identity;

/// <summary>The claims that a signed identity carries.</summary>
public static class CallerClaims
{
    /// <summary>The claim that names the service which signed the identity.</summary>
    public const string Issuer = "iss";

    /// <summary>The claim that holds the session's id.</summary>
    public const string Session = "sid";

    /// <summary>The signed-in user's name.</summary>
    /// <param name="caller">A caller that passed the policy for signed-in users.</param>
    /// <returns>The name, as registered.</returns>
    /// <exception cref="InvalidOperationException">Nobody is signed in: the endpoint lacks its policy.</exception>
    public static string Username(this ClaimsPrincipal caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return caller.FindFirstValue(ClaimTypes.NameIdentifier) ?? throw new InvalidOperationException("The caller is not signed in.");
    }

    /// <summary>The id of the caller's session.</summary>
    /// <param name="caller">The caller.</param>
    /// <returns>The id, or an empty string where there is no session.</returns>
    public static string SessionId(this ClaimsPrincipal caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return caller.FindFirstValue(Session) ?? "";
    }
}
