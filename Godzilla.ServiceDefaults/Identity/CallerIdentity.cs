namespace Godzilla.ServiceDefaults.Identity;

/// <summary>For whom a request is made. All are empty where there is none.</summary>
/// <param name="User">The username.</param>
/// <param name="Session">The session's id, which is not its token.</param>
/// <param name="Address">The client's IP address.</param>
/// <param name="UserAgent">The client's <c>User-Agent</c>, in printable ASCII. It travels in that header, and is signed.</param>
/// <param name="Gateway">The gateway's instance through which the client came.</param>
/// <param name="Key">The id of the API key, or of the family of the access token, that the client sent. Empty for a session.</param>
/// <param name="Scopes">What the key may be used for, separated by spaces.</param>
/// <param name="Models">The ids of the models that the key may use, separated by spaces. Empty for all.</param>
public readonly record struct CallerIdentity(
    string User = "",
    string Session = "",
    string Address = "",
    string UserAgent = "",
    string Gateway = "",
    string Key = "",
    string Scopes = "",
    string Models = "")
{
    /// <summary>A service that speaks for itself.</summary>
    public static CallerIdentity None { get; } = new("");
}
