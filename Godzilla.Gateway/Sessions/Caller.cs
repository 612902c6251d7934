using System.Security.Claims;
using Godzilla.Gateway.RateLimits;

namespace Godzilla.Gateway.Sessions;

/// <summary>Whose request it is, by what it came with: the user of all requests that come with the same.</summary>
internal abstract class Caller(string id, string username, string kind)
    : ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, username)], kind, ClaimTypes.NameIdentifier, roleType: null))
{
    /// <summary>What is published when it ends, and no secret.</summary>
    public string Id => id;

    public string Username => username;

    /// <summary>The id of the session; empty where it is none.</summary>
    public virtual string SessionId => "";

    /// <summary>The id of the API key or of the access token's family; empty where it is neither.</summary>
    public virtual string Key => "";

    /// <summary>What the key may be used for, separated by spaces.</summary>
    public virtual string Scopes => "";

    /// <summary>The models that the key may use, separated by spaces; empty for all.</summary>
    public virtual string Models => "";

    /// <summary>What it may still request; <see langword="null"/> before its first request here.</summary>
    public LeasedBucket? Requests { get; set; }
}
