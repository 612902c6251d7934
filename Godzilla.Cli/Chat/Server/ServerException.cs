using System.Net;

namespace Godzilla.Cli.Chat.Server;

/// <summary>The server refused something. The message is the server's own.</summary>
internal sealed class ServerException(string message, HttpStatusCode? status = null) : Exception(message)
{
    /// <summary>The status of an HTTP answer; <see langword="null"/> if the hub answered.</summary>
    public HttpStatusCode? Status => status;
}
