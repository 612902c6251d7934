namespace Mongod.Wire;

/// <summary>What a message may be, as <c>hello</c> announces it.</summary>
internal static class WireLimits
{
    internal const int HeaderLength = 16;

    internal const int MaxMessageLength = 48_000_000;

    internal const int MaxDocumentLength = 16 * 1024 * 1024;

    /// <summary>Room for what a server adds to a document: a command may hold a document of the full size.</summary>
    internal const int MaxInternalDocumentLength = MaxDocumentLength + (16 * 1024);

    internal const int MaxWriteBatch = 100_000;

    internal const int MaxDepth = 200;

    /// <summary>A handshake is small; a larger message from a client that has not signed in only costs memory.</summary>
    internal const int MaxMessageLengthBeforeSignIn = 64 * 1024;
}
