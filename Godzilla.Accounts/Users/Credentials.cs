using System.Text.Json;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Accounts.Users;

/// <summary>A username and a password as a client sent them.</summary>
/// <param name="Username">See <see cref="UsernameRule"/>.</param>
/// <param name="Password">1 to 256 characters.</param>
/// <param name="Remember">Whether the session is to last longer; only for a sign-in.</param>
/// <param name="NewPassword">The next password; only for a sign-in that requires one.</param>
/// <param name="Invitation">The code of an invitation; only for a registration.</param>
internal sealed record Credentials(string? Username, string? Password, bool Remember = false, string? NewPassword = null, string? Invitation = null)
{
    private const int MaxPasswordLength = 256;

    /// <summary>Reads a JSON body. A body of another shape, or with another type in a field, counts as empty.</summary>
    /// <exception cref="BadHttpRequestException">415: the Content-Type is not JSON; 413: the body is too large.</exception>
    public static async ValueTask<Credentials> BindAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
        {
            throw new BadHttpRequestException("The body must be application/json", StatusCodes.Status415UnsupportedMediaType);
        }

        try
        {
            return await context.Request.ReadFromJsonAsync<Credentials>(context.RequestAborted) ?? new Credentials(null, null);
        }
        catch (JsonException)
        {
            return new Credentials(null, null);
        }
    }

    /// <summary>Whether both are present. <paramref name="error"/> says what is missing.</summary>
    public bool AreGiven(out string? error)
    {
        error = string.IsNullOrEmpty(Username) || string.IsNullOrEmpty(Password) ? "Username and password are required" : null;
        return error is null;
    }

    /// <summary>Whether an account can have them. <paramref name="error"/> says which rule they break.</summary>
    public bool AreAcceptable(out string? error)
    {
        if (AreGiven(out error))
        {
            error = !UsernameRule.IsMetBy(Username) ? $"Username must be {UsernameRule.InWords}"
                : Password!.Length > MaxPasswordLength ? $"Password must be at most {MaxPasswordLength} characters"
                : null;
        }

        return error is null;
    }
}
