namespace Godzilla.Presence.Leases;

/// <summary>One thing to be done by <see cref="Scripts.Update"/>.</summary>
/// <param name="Kind">Which of the script's kinds.</param>
/// <param name="User">The username.</param>
/// <param name="Id">The connection or the discussion.</param>
internal readonly record struct Operation(string Kind, string User, string Id)
{
    private const string TypeKind = "type";
    private const string StopKind = "stop";

    /// <summary>Whether it begins or ends typing.</summary>
    public bool IsTyping => Kind is TypeKind or StopKind;

    /// <summary>A connection is there; with an empty id, one more of those without.</summary>
    public static Operation Hold(string user, string connection, bool isActive = false) =>
        connection.Length == 0 ? new("more", user, "") : new(isActive ? "touch" : "hold", user, connection);

    /// <summary>A connection is gone; with an empty id, one of those without.</summary>
    public static Operation End(string user, string connection) => new(connection.Length == 0 ? "less" : "end", user, connection);

    public static Operation Typing(string user, string discussion, bool isTyping) => new(isTyping ? TypeKind : StopKind, user, discussion);
}
