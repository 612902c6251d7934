namespace Godzilla.ServiceDefaults.Identity;

/// <summary>Usernames that nobody can register, because they stand for a part of the system.</summary>
public static class ReservedNames
{
    /// <summary>Who answers in a discussion that asks for it.</summary>
    public const string Assistant = "assistant";

    /// <summary>Whether a name is one of them.</summary>
    /// <param name="name">The name, in any case.</param>
    /// <returns><see langword="true"/> if nobody can register it.</returns>
    public static bool Contains(string name) => UsernameRule.KeyOf(name) is Assistant;
}
