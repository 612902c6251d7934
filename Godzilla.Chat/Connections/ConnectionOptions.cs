using System.ComponentModel.DataAnnotations;

namespace Godzilla.Chat.Connections;

/// <summary>How many connections one person may have.</summary>
internal sealed class ConnectionOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Connections";

    /// <summary>Open connections of a user to one replica, over both protocols. One more is closed at once (1008).</summary>
    [Range(1, 100_000, ErrorMessage = "Connections:PerUser must be between 1 and 100000.")]
    public int PerUser { get; set; } = 100;
}
