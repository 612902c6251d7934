namespace Godzilla.Cli.Chat.Server;

/// <summary>Where the connection stands in a discussion.</summary>
/// <param name="Seq">The newest message.</param>
/// <param name="Rev">The newest change of a message.</param>
/// <param name="Complete">Whether everything that was missed comes as events; if not, it must be read over HTTP.</param>
internal sealed record Joined(long Seq, long Rev, bool Complete);
