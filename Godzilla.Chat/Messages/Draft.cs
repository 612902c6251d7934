using System.Diagnostics.CodeAnalysis;

namespace Godzilla.Chat.Messages;

/// <summary>A valid message that is not stored yet.</summary>
internal sealed record Draft
{
    private const int MaxTextLength = 4000;
    private const int MaxClientIdLength = 128;

    private Draft(string text, string? clientId) => (Text, ClientId) = (text, clientId);

    /// <summary>1 to 4000 UTF-16 code units.</summary>
    public string Text { get; }

    /// <summary>The sender's own id for the message, by which a retry is recognised; or none.</summary>
    public string? ClientId { get; }

    /// <summary>Validates what a client sent.</summary>
    /// <param name="text">The text.</param>
    /// <param name="clientId">The client's id for the message; none if empty.</param>
    /// <param name="draft">The draft.</param>
    /// <param name="error">Otherwise, what is wrong.</param>
    /// <returns><see langword="true"/> if it can be sent.</returns>
    public static bool TryCreate(
        string? text, string? clientId, [NotNullWhen(true)] out Draft? draft, [NotNullWhen(false)] out string? error)
    {
        error = text is null or { Length: 0 or > MaxTextLength } ? $"text must be 1 to {MaxTextLength} characters"
            : clientId?.Length > MaxClientIdLength ? $"client_id must be at most {MaxClientIdLength} characters"
            : null;
        draft = error is null ? new Draft(text!, string.IsNullOrEmpty(clientId) ? null : clientId) : null;
        return draft is not null;
    }
}
