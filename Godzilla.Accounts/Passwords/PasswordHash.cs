using Godzilla.Accounts.Users;
using Microsoft.AspNetCore.Identity;

namespace Godzilla.Accounts.Passwords;

/// <summary>Hashes and verifies passwords with ASP.NET Core's PBKDF2 hasher, whose hashes carry their salt and parameters.</summary>
internal sealed class PasswordHash
{
    private readonly PasswordHasher<User> _hasher = new();
    private readonly string _nobody;

    public PasswordHash() => _nobody = Create(Guid.NewGuid().ToString());

    public string Create(string password) => _hasher.HashPassword(null!, password);

    /// <summary>Verifies a password. An unknown user costs the same work.</summary>
    /// <param name="user">The account that was found, or <see langword="null"/>.</param>
    /// <param name="password">The password that the client sent.</param>
    /// <returns><see langword="true"/> if the account exists and this is its password.</returns>
    public bool Verify(User? user, string password) =>
        _hasher.VerifyHashedPassword(null!, user?.Password ?? _nobody, password) != PasswordVerificationResult.Failed && user is not null;
}
