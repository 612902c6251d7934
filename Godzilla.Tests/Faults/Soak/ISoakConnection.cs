using System.Text.Json;

namespace Godzilla.Tests.Faults.Soak;

/// <summary>A client's connection, over one of the two protocols.</summary>
internal interface ISoakConnection : IAsyncDisposable
{
    /// <summary>Ends when the connection does, for whatever reason.</summary>
    Task Closed { get; }

    /// <summary>Calls the server.</summary>
    /// <returns>Its answer.</returns>
    /// <exception cref="SoakException">The server refused, or the connection broke: it may be done or not.</exception>
    Task<JsonElement> SendAsync(string room, string text, string clientId);

    /// <inheritdoc cref="SendAsync"/>
    Task<JsonElement> JoinAsync(string room, long afterSeq, long afterRev);

    /// <inheritdoc cref="SendAsync"/>
    Task<JsonElement> EditAsync(string room, string id, string text);

    /// <inheritdoc cref="SendAsync"/>
    Task<JsonElement> DeleteAsync(string room, string id);
}

/// <summary>A call failed.</summary>
internal sealed class SoakException(string message, Exception? inner = null) : Exception(message, inner);
