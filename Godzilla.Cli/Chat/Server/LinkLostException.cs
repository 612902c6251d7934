namespace Godzilla.Cli.Chat.Server;

/// <summary>There is no answer: the connection is away, or ended before one came. What was asked for may be done or not.</summary>
internal sealed class LinkLostException(string message, Exception? cause = null) : Exception(message, cause);
