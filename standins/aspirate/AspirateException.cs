namespace Aspirate;

/// <summary>A command cannot do what it is asked; the message is one line for whoever asked.</summary>
internal sealed class AspirateException(string message, Exception? inner = null) : Exception(message, inner);
