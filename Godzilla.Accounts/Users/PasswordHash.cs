using Microsoft.AspNetCore.Identity;

namespace Godzilla.Accounts.Users;

/// <summary>ASP.NET Core's password hash: PBKDF2 with a salt, its parameters in the hash itself.</summary>
internal sealed class PasswordHash
{
    private readonly PasswordHasher<User> _hasher = new();
    private readonly string _nobody;

    /// <summary>Makes the hash that unknown users are checked against.</summary>
    public PasswordHash() => _nobody = Create(Guid.NewGuid().ToString());

    /// <summary>Hashes a password.</summary>
    /// <param name="password">The password.</param>
    /// <returns>The hash, in base64.</returns>
    public string Create(string password) => _hasher.HashPassword(null!, password);

    /// <summary>Checks a password, in the same time whether or not there is such a user.</summary>
    /// <param name="user">The account that was found, or <see langword="null"/>.</param>
    /// <param name="password">The password.</param>
    /// <returns><see langword="true"/> if there is a user and this is their password.</returns>
    public bool Verify(User? user, string password) =>
        _hasher.VerifyHashedPassword(null!, user?.Password ?? _nobody, password) != PasswordVerificationResult.Failed && user is not null;
}
