namespace Godzilla.Gateway.Sessions;

/// <summary>Whether a route needs a session. A route says so in its metadata, under <c>Session</c>; one that says nothing needs one.</summary>
internal enum SessionRequirement
{
    /// <summary>401 without a session.</summary>
    Required,

    /// <summary>The service learns whose session it is, if there is one.</summary>
    Optional,

    /// <summary>The cookie is not looked at.</summary>
    None,
}

internal static class SessionRequirements
{
    private const string Key = "Session";

    /// <returns><see langword="false"/> if the metadata has another word than those above.</returns>
    public static bool IsValid(IReadOnlyDictionary<string, string>? metadata) =>
        metadata?.GetValueOrDefault(Key) is null or nameof(SessionRequirement.Required) or nameof(SessionRequirement.Optional) or nameof(SessionRequirement.None);

    /// <summary>What a route needs.</summary>
    public static SessionRequirement Of(IReadOnlyDictionary<string, string>? metadata) => metadata?.GetValueOrDefault(Key) switch
    {
        nameof(SessionRequirement.Optional) => SessionRequirement.Optional,
        nameof(SessionRequirement.None) => SessionRequirement.None,
        _ => SessionRequirement.Required,
    };
}
