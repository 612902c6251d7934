using Godzilla.Accounts.Users;

namespace Godzilla.Accounts.Admin;

/// <summary>An account as operators see it.</summary>
internal sealed record AccountView(
    string Username, string? DisplayName, DateTime CreatedAt, IReadOnlyList<string> Roles, DateTime? DisabledAt, bool PasswordChangeRequired)
{
    public static AccountView Of(User user) =>
        new(user.Username, user.DisplayName, user.CreatedAt, user.Roles ?? [], user.DisabledAt, user.PasswordChangeRequired);
}

/// <summary>The answer about one account.</summary>
internal sealed record AccountAnswer(string Message, AccountView Account) : Answer(Message);

/// <summary>A page of accounts, by name.</summary>
/// <param name="NextCursor">Asks for the next page; <see langword="null"/> on the last.</param>
internal sealed record AccountList(IReadOnlyList<AccountView> Accounts, string? NextCursor) : Answer("Accounts");
