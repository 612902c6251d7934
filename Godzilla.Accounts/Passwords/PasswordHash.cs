using System.Buffers.Binary;
using Godzilla.Accounts.Users;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Godzilla.Accounts.Passwords;

/// <summary>
/// Hashes and verifies passwords with ASP.NET Core's PBKDF2 hasher, whose hashes carry their salt and parameters. Each call takes tens of
/// milliseconds of processor time: <see cref="PasswordHasher"/> runs them where they hold up nobody.
/// </summary>
internal sealed class PasswordHash
{
    // The hash's layout in bytes: 1 format, 4 pseudo-random function, 4 iterations, then the salt's length, the salt and the key.
    private const int IterationsOffset = 5;

    private readonly PasswordHasher<User> _hasher;
    private readonly uint _iterations;
    private readonly string _nobody;

    public PasswordHash(IOptions<PasswordOptions> options)
    {
        _iterations = (uint)options.Value.Iterations;
        _hasher = new PasswordHasher<User>(Options.Create(new PasswordHasherOptions { IterationCount = options.Value.Iterations }));
        _nobody = Create(Guid.NewGuid().ToString());
    }

    public string Create(string password) => _hasher.HashPassword(null!, password);

    /// <summary>Verifies a password. An unknown user costs the same work.</summary>
    /// <param name="user">The account that was found, or <see langword="null"/>.</param>
    /// <param name="password">The password that the client sent.</param>
    /// <returns><see langword="true"/> if the account exists and this is its password.</returns>
    public bool Verify(User? user, string password) =>
        _hasher.VerifyHashedPassword(null!, user?.Password ?? _nobody, password) != PasswordVerificationResult.Failed && user is not null;

    /// <summary>Whether a hash was made at another cost than today's.</summary>
    public bool IsOutdated(string hash)
    {
        Span<byte> bytes = stackalloc byte[128];
        return !Convert.TryFromBase64String(hash, bytes, out var length)
            || length < IterationsOffset + sizeof(uint)
            || BinaryPrimitives.ReadUInt32BigEndian(bytes[IterationsOffset..]) != _iterations;
    }
}
