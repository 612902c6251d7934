using Godzilla.Chat.Connections;
using Godzilla.Chat.Messages;

namespace Godzilla.Chat.Discussions;

/// <summary>Takes members out of discussions. One that nobody is left in is deleted: nobody could see it any more.</summary>
internal sealed class Departures(DiscussionStore discussions, MessageStore messages, Memberships memberships)
{
    /// <returns>The discussion as it is now; <see langword="null"/> where they are no member.</returns>
    public async Task<DiscussionChange?> LeaveAsync(DiscussionId id, string username)
    {
        if (await discussions.RemoveMemberAsync(id, username) is not { } left)
        {
            return null;
        }

        var change = DiscussionChange.Of(left);
        if (left.Users.Length == 0 && await discussions.DeleteEmptyAsync(id))
        {
            change = change with { Deleted = true };
            await messages.DeleteAllAsync(id);
        }

        await memberships.ChangedAsync(change);
        return change;
    }
}
