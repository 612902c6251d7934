namespace Godzilla.Cli.Chat.Server;

/// <summary>The acknowledgement of a message.</summary>
/// <param name="Id">24 hex digits.</param>
/// <param name="Seq">Its number in the discussion.</param>
internal sealed record Receipt(string Id, long Seq);
