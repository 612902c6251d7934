namespace Godzilla.Chat.Assistant;

/// <summary>Inference has refused the question, or is out of reach. The message is for the person who asked.</summary>
internal sealed class AssistantException(string message, Exception? innerException = null) : Exception(message, innerException);
