using System.Security.Claims;

namespace Godzilla.ServiceDefaults.Identity;

/// <summary>The claims that a signed identity carries.</summary>
public static class CallerClaims
{
    /// <summary>The claim that names the service which signed the identity.</summary>
    public const string Issuer = "iss";

    /// <summary>The claim that holds the session's id.</summary>
    public const string Session = "sid";

    /// <summary>The claim that holds the id of the API key or of the access token's family.</summary>
    public const string Key = "key";

    /// <summary>The claim that holds what the key may be used for, separated by spaces.</summary>
    public const string Scopes = "scope";

    /// <summary>The claim that holds the ids of the models that the key may use, separated by spaces.</summary>
    public const string Models = "models";

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

    /// <summary>The id of the caller's API key, or of the family of their access token.</summary>
    /// <param name="caller">The caller.</param>
    /// <returns>The id, or an empty string where there is none.</returns>
    public static string KeyId(this ClaimsPrincipal caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return caller.FindFirstValue(Key) ?? "";
    }

    /// <summary>Whether the caller may do what a scope stands for. Scopes restrict keys; who comes without one may do all that their user may.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="scope">One of <see cref="ApiKeys.ApiKeyScopes"/>.</param>
    /// <returns><see langword="true"/> if the key has the scope, or there is no key.</returns>
    public static bool HasScope(this ClaimsPrincipal caller, string scope)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return KeyId(caller).Length == 0 || Words(caller.FindFirstValue(Scopes)).Contains(scope, StringComparer.Ordinal);
    }

    /// <summary>The ids of the models that the caller's key may use.</summary>
    /// <param name="caller">The caller.</param>
    /// <returns>The ids; none where all may be used.</returns>
    public static IReadOnlyList<string> AllowedModels(this ClaimsPrincipal caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return Words(caller.FindFirstValue(Models));
    }

    private static string[] Words(string? text) => text?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
}
