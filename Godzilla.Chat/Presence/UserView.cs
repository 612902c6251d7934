using Godzilla.Presence.V1;

namespace Godzilla.Chat.Presence;

/// <summary>What is known of a user.</summary>
/// <param name="Username">As it was asked for: nobody need have the name.</param>
/// <param name="Online">Whether they have a connection.</param>
/// <param name="Away">Online, and without activity for five minutes.</param>
/// <param name="LastSeen">UTC; when they were online last, <see langword="null"/> if not in the last 30 days.</param>
internal sealed record UserView(string Username, bool Online, bool Away, DateTime? LastSeen)
{
    internal static UserView Of(UserStatus user) => new(
        user.Username, user.Online, user.Away, user.LastSeen == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(user.LastSeen).UtcDateTime);
}
