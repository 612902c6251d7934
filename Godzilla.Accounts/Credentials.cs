using System.Text.Json;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Accounts;

/// <summary>A username and a password as a client sent them.</summary>
/// <param name="Username">See <see cref="UsernameRule"/>.</param>
/// <param name="Password">1 to 256 characters.</param>
internal sealed record Credentials(string? Username, string? Password)
{
    private const int MaxPasswordLength = 256;

    /// <summary>Reads a JSON body. One that is no such object, or has another type in a field, is as good as an empty one.</summary>
    /// <param name="context">The request.</param>
    /// <returns>What the body says.</returns>
    /// <exception cref="BadHttpRequestException">415: the body is not JSON by its own word; 413: it is too large.</exception>
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

    /// <summary>Whether there is a username and a password to look at.</summary>
    /// <param name="error">Otherwise, what is missing.</param>
    /// <returns><see langword="true"/> if both are there.</returns>
    public bool AreGiven(out string? error)
    {
        error = string.IsNullOrEmpty(Username) || string.IsNullOrEmpty(Password) ? "Username and password are required" : null;
        return error is null;
    }

    /// <summary>Whether an account can have them.</summary>
    /// <param name="error">Otherwise, which rule they break.</param>
    /// <returns><see langword="true"/> if they are given and keep the rules.</returns>
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
