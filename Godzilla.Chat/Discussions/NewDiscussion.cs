using Godzilla.Chat.Messages;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Chat.Discussions;

/// <summary>What a client sends to create a discussion.</summary>
/// <param name="Users">1 to 100 usernames; the caller's own may be left out.</param>
/// <param name="Title">Up to 200 characters, or none.</param>
internal sealed record NewDiscussion(string[]? Users, string? Title = null)
{
    internal const int MaxUsers = 100;
    internal const int MaxTitleLength = 200;

    /// <summary>Whether a discussion can be made of it.</summary>
    /// <param name="error">Otherwise, what is wrong.</param>
    /// <returns><see langword="true"/> if it keeps the rules.</returns>
    public bool IsValid(out string? error)
    {
        error = Users is null or { Length: 0 or > MaxUsers } ? $"users must hold 1 to {MaxUsers} usernames"
            : !Array.TrueForAll(Users, UsernameRule.IsMetBy) ? $"users must hold usernames: {UsernameRule.InWords}"
            : Title?.Length > MaxTitleLength ? $"title must be at most {MaxTitleLength} characters"
            : TextRule.OfLine("title", Title);
        return error is null;
    }
}
