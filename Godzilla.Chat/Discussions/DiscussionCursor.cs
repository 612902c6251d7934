using System.Globalization;
using MongoDB.Bson;

namespace Godzilla.Chat.Discussions;

/// <summary>Where the next page of a list of discussions begins: behind one of them.</summary>
internal readonly record struct DiscussionCursor(DateTime UpdatedAt, ObjectId Id)
{
    public static DiscussionCursor Of(Discussion discussion) => new(discussion.UpdatedAt, discussion.Id);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string text, out DiscussionCursor cursor)
    {
        cursor = default;
        if (text.Split('-') is not [var time, var id]
            || !long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            || !ObjectId.TryParse(id, out var objectId))
        {
            return false;
        }

        cursor = new DiscussionCursor(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime, objectId);
        return true;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{new DateTimeOffset(UpdatedAt).ToUnixTimeMilliseconds()}-{Id}");
}
