namespace Godzilla.ServiceDefaults.Identity;

/// <summary>What Accounts publishes about users.</summary>
public static class UserEvents
{
    /// <summary>The channel with the name of each account that is deleted. A name can come twice.</summary>
    public const string Deleted = "users:deleted";
}
