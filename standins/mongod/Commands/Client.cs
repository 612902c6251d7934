using Mongod.Authentication;

namespace Mongod.Commands;

/// <summary>One connection. Cursors and statistics name it; its user is set once it has authenticated.</summary>
internal sealed class Client(long connectionId, string remote)
{
    internal long ConnectionId => connectionId;

    internal string Remote => remote;

    internal string? User { get; set; }

    /// <summary>A sign-in that has begun.</summary>
    internal ScramConversation? SignIn { get; set; }
}
