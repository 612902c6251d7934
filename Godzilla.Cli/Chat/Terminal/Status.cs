using System.Globalization;
using Godzilla.Cli.Chat.Server;

namespace Godzilla.Cli.Chat.Terminal;

/// <summary>What the state line says.</summary>
/// <param name="Link">How the connection is.</param>
/// <param name="Why">Why it is not connected; empty if nobody knows.</param>
/// <param name="RetryIn">Seconds until the next attempt, if one is due.</param>
/// <param name="Name">The user.</param>
/// <param name="Room">The current discussion; empty if there is none.</param>
/// <param name="Typing">Who is typing there.</param>
/// <param name="Unread">How many messages are unread in other discussions.</param>
/// <param name="Waiting">How many messages are not acknowledged, for longer than that usually takes.</param>
/// <param name="WaitingText">The first of them.</param>
internal sealed record Status(
    LinkState Link, string Why, int? RetryIn, string Name, string Room, IReadOnlyList<string> Typing, long Unread, int Waiting, string WaitingText)
{
    public static readonly Status None = new(LinkState.Connecting, "", null, "", "", [], 0, 0, "");

    /// <summary>How the connection is, in words.</summary>
    public string LinkInWords => Link switch
    {
        LinkState.Connected => $"connected as {Name}",
        LinkState.SignedOut => "signed out",
        LinkState.Connecting => "connecting",
        _ => $"reconnecting{(RetryIn is { } seconds ? string.Create(CultureInfo.InvariantCulture, $" in {seconds} s") : "")}{(Why.Length > 0 ? $" ({Why})" : "")}",
    };
}
