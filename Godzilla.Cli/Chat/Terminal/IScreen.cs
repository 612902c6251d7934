using Godzilla.Cli.Chat.Server;

namespace Godzilla.Cli.Chat.Terminal;

/// <summary>Where the user reads and writes. All texts may come from anybody: it makes them harmless.</summary>
internal interface IScreen : IDisposable
{
    /// <summary>Whether it always shows the <see cref="Terminal.Status"/>.</summary>
    bool HasStateLine { get; }

    /// <summary>Whether a person can answer questions.</summary>
    bool CanAsk { get; }

    /// <summary>Called when the user changed the text that they type, with that text.</summary>
    Action<string>? Typed { get; set; }

    /// <summary>Waits for a line.</summary>
    /// <returns>The line, or <see langword="null"/> at the end of input, or when the user wants to end.</returns>
    Task<string?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Asks something.</summary>
    /// <param name="question">Without a colon.</param>
    /// <param name="isSecret">Whether the answer is not shown.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The answer, or <see langword="null"/> at the end of input, or when the user wants to end.</returns>
    Task<string?> AskAsync(string question, bool isSecret, CancellationToken cancellationToken);

    /// <summary>Shows a message.</summary>
    void Message(Message message, bool isOwn);

    /// <summary>Shows that a message was edited or deleted.</summary>
    void Change(Message message, bool isOwn);

    /// <summary>Shows what happened, or what was asked for.</summary>
    void Notice(string text);

    /// <summary>Shows what went wrong.</summary>
    void Error(string text);

    /// <summary>Shows how things are.</summary>
    void Update(Status status);

    /// <summary>Shows that a text could not be sent, and keeps it for another attempt.</summary>
    void Return(string text, string why);
}
