using Microsoft.AspNetCore.Http;

namespace Godzilla.ServiceDefaults.Identity;

/// <summary>The headers that carry a caller's identity between services.</summary>
public static class IdentityHeaders
{
    /// <summary>The common prefix. The gateway drops all headers of this prefix that a client sends.</summary>
    public const string Prefix = "X-Authenticated-";

    /// <summary>The username; empty when nobody is signed in or a service calls on its own behalf.</summary>
    public const string User = Prefix + "User";

    /// <summary>The session's id, which is not its token; empty where there is none.</summary>
    public const string Session = Prefix + "Session";

    /// <summary>The client's IP address; empty where a service calls on its own behalf.</summary>
    public const string Address = Prefix + "Address";

    /// <summary>The gateway's instance that the client came through; empty where there is none.</summary>
    public const string Gateway = Prefix + "Gateway";

    /// <summary>The id of the API key or of the access token's family. Not sent where there is none, as the two that follow.</summary>
    public const string Key = Prefix + "Key";

    /// <summary>What the key may be used for.</summary>
    public const string Scopes = Prefix + "Scopes";

    /// <summary>The models that the key may use.</summary>
    public const string Models = Prefix + "Models";

    /// <summary>The service that signed the headers.</summary>
    public const string Issuer = Prefix + "Issuer";

    /// <summary>When it signed them, in milliseconds since 1970-01-01 UTC.</summary>
    public const string Time = Prefix + "Time";

    /// <summary>HMAC-SHA256 over the other headers, the audience, the user agent, the method and the path, in base64url.</summary>
    public const string Signature = Prefix + "Signature";

    /// <summary>Removes identity and forwarding headers, in every spelling that a server behind might read as one.</summary>
    /// <param name="headers">A client's request headers.</param>
    public static void Drop(IHeaderDictionary headers)
    {
        ArgumentNullException.ThrowIfNull(headers);

        List<string>? found = null;
        foreach (var (name, _) in headers)
        {
            if (IsReserved(name))
            {
                (found ??= []).Add(name);
            }
        }

        foreach (var name in found ?? [])
        {
            headers.Remove(name);
        }
    }

    private static bool IsReserved(ReadOnlySpan<char> name) =>
        StartsWith(name, Prefix) || StartsWith(name, "X-Forwarded-")
        || (name.Length == "Forwarded".Length && StartsWith(name, "Forwarded"))
        || (name.Length == "X-Real-IP".Length && StartsWith(name, "X-Real-IP"));

    // CGI-like servers fold all characters but letters and digits into one, so X_Authenticated.User is the same name to them.
    private static bool StartsWith(ReadOnlySpan<char> name, ReadOnlySpan<char> prefix)
    {
        if (name.Length < prefix.Length)
        {
            return false;
        }

        for (var i = 0; i < prefix.Length; i++)
        {
            var matches = prefix[i] == '-' ? !char.IsAsciiLetterOrDigit(name[i]) : (name[i] | 0x20) == (prefix[i] | 0x20);
            if (!matches)
            {
                return false;
            }
        }

        return true;
    }
}
