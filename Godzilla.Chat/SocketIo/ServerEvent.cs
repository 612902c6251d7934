using System.Text.Json;

namespace Godzilla.Chat.SocketIo;

/// <summary>The name of an event that Socket.IO clients get.</summary>
/// <typeparam name="T">Its one argument.</typeparam>
/// <param name="name">As clients know it.</param>
internal sealed class ServerEvent<T>(string name)
{
    public string Name => name;

    public JsonEncodedText Encoded { get; } = JsonEncodedText.Encode(name);
}
