using System.Diagnostics.CodeAnalysis;
using MongoDB.Bson;

namespace Godzilla.Chat.Messages;

/// <summary>A valid message that is not stored yet.</summary>
internal sealed record Draft
{
    /// <summary>In UTF-16 code units.</summary>
    public const int MaxTextLength = 4000;

    private const int MaxClientIdLength = 128;

    private Draft(string text, string? clientId) => (Text, ClientId) = (text, clientId);

    /// <summary>The id that the message is to have, for a sender who must know it before others get it; empty for any.</summary>
    public ObjectId Id { get; init; }

    /// <summary>1 to 4000 UTF-16 code units: not only blanks, no lone surrogates, no control characters but newline and tab.</summary>
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
            : string.IsNullOrWhiteSpace(text) ? "text must not be blank"
            : clientId?.Length > MaxClientIdLength ? $"client_id must be at most {MaxClientIdLength} characters"
            : TextRule.OfLines("text", text) ?? TextRule.OfLine("client_id", clientId);
        draft = error is null ? new Draft(text!, string.IsNullOrEmpty(clientId) ? null : clientId) : null;
        return draft is not null;
    }
}
