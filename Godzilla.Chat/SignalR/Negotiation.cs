using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Godzilla.Chat.SignalR;

/// <summary>
/// The answer to SignalR's negotiation. It promises nothing that this replica would have to keep, so the WebSocket may reach any other
/// (https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/TransportProtocols.md).
/// </summary>
internal sealed record Negotiation(
    [property: JsonPropertyName("negotiateVersion")] int Version,
    [property: JsonPropertyName("connectionId")] string ConnectionId,
    [property: JsonPropertyName("connectionToken")] string ConnectionToken,
    [property: JsonPropertyName("availableTransports")] Negotiation.Transport[] Transports)
{
    private static readonly Transport[] WebSockets = [new("WebSockets", ["Text", "Binary"])];

    public static JsonHttpResult<Negotiation> Answer()
    {
        var id = Guid.NewGuid().ToString("N");
        return TypedResults.Json(new Negotiation(1, id, id, WebSockets));
    }

    internal sealed record Transport(
        [property: JsonPropertyName("transport")] string Name, [property: JsonPropertyName("transferFormats")] string[] Formats);
}
