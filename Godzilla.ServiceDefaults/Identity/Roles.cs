namespace Godzilla.ServiceDefaults.Identity;

/// <summary>What a user may do beyond their own account.</summary>
public static class Roles
{
    /// <summary>Look after all accounts, and what is said in Chat.</summary>
    public const string Admin = "admin";
}
