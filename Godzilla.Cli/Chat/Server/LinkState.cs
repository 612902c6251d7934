namespace Godzilla.Cli.Chat.Server;

/// <summary>How the live connection is.</summary>
internal enum LinkState
{
    /// <summary>The first attempt is under way.</summary>
    Connecting,

    /// <summary>Events come, and calls are answered.</summary>
    Connected,

    /// <summary>It broke off, or did not come about. There is always a next attempt.</summary>
    Reconnecting,

    /// <summary>The session has ended: the user must sign in again.</summary>
    SignedOut,
}
