using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Chat.Discussions;

/// <summary>What a member sends to invite others.</summary>
/// <param name="Users">1 to 100 usernames.</param>
internal sealed record NewMembers(string[]? Users)
{
    /// <summary>Whether they can be invited.</summary>
    /// <param name="error">Otherwise, what is wrong.</param>
    /// <returns><see langword="true"/> if it keeps the rules.</returns>
    public bool IsValid(out string? error)
    {
        error = Users is null or { Length: 0 or > NewDiscussion.MaxUsers } ? $"users must hold 1 to {NewDiscussion.MaxUsers} usernames"
            : !Array.TrueForAll(Users, UsernameRule.IsMetBy) ? $"users must hold usernames: {UsernameRule.InWords}"
            : null;
        return error is null;
    }
}
