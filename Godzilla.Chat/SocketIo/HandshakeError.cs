namespace Godzilla.Chat.SocketIo;

/// <summary>Engine.IO's answer to a request that opens no connection; numbers and words are the protocol's.</summary>
/// <param name="Code">Which error.</param>
/// <param name="Message">The same in words.</param>
internal sealed record HandshakeError(int Code, string Message)
{
    public static readonly HandshakeError UnknownTransport = new(0, "Transport unknown");
    public static readonly HandshakeError UnknownSession = new(1, "Session ID unknown");
    public static readonly HandshakeError BadMethod = new(2, "Bad handshake method");
    public static readonly HandshakeError BadRequest = new(3, "Bad request");
    public static readonly HandshakeError UnsupportedVersion = new(5, "Unsupported protocol version");

    /// <summary>Checks a request in Engine.IO's order.</summary>
    /// <returns>What is wrong with it, or <see langword="null"/> if it opens a connection.</returns>
    public static HandshakeError? Of(HttpRequest request, bool isUpgrade) =>
        request.Query["transport"] is not ["websocket"] ? UnknownTransport

        // An id is for another transport of the same connection, and there is none.
        : !string.IsNullOrEmpty(request.Query["sid"]) ? UnknownSession
        : !HttpMethods.IsGet(request.Method) ? BadMethod
        : !isUpgrade ? BadRequest
        : request.Query["EIO"] is not ["4"] ? UnsupportedVersion
        : null;
}
