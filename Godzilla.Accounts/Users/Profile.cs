using Godzilla.Accounts.ApiKeys;
using Godzilla.Accounts.Audit;
using Godzilla.Accounts.Sessions;

namespace Godzilla.Accounts.Users;

/// <summary>An account as its user sees it.</summary>
internal sealed record Profile(string Message, string Username, string? Email, string? DisplayName, DateTime CreatedAt, IReadOnlyList<string> Roles)
    : Answer(Message)
{
    public static Profile Of(User user, string message) => new(message, user.Username, user.Email, user.DisplayName, user.CreatedAt, user.Roles ?? []);
}

/// <summary>What a client sends to change its profile. What it leaves out stays as it is.</summary>
internal sealed class ProfileChange
{
    private readonly string? _displayName;

    /// <summary><see langword="null"/> removes it.</summary>
    public string? DisplayName
    {
        get => _displayName;
        init => (_displayName, HasDisplayName) = (value, true);
    }

    internal bool HasDisplayName { get; private init; }
}

/// <summary>A password that proves who sends it.</summary>
internal sealed record PasswordProof(string? Password);

/// <summary>What a client sends to change its password.</summary>
internal sealed record PasswordChange(string? CurrentPassword, string? NewPassword);

/// <summary>All that Accounts holds about a user.</summary>
internal sealed record AccountExport(
    string Username,
    string? Email,
    string? DisplayName,
    DateTime CreatedAt,
    IReadOnlyList<string> Roles,
    IEnumerable<SessionView> Sessions,
    IEnumerable<ApiKeyView> Keys,
    IAsyncEnumerable<AuditView> Audit);
