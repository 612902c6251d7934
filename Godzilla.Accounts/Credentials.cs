using System.Text.Json;
using System.Text.RegularExpressions;

namespace Godzilla.Accounts;

/// <summary>A username and a password as a client sent them.</summary>
/// <param name="Username">1 to 64 letters, digits or <c>_ . - @ +</c>: it travels in headers, and is nobody's query.</param>
/// <param name="Password">1 to 256 characters.</param>
internal sealed partial record Credentials(string? Username, string? Password)
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
            error = !UsernameShape().IsMatch(Username!) ? "Username must be 1 to 64 letters, digits or _ . - @ +"
                : Password!.Length > MaxPasswordLength ? $"Password must be at most {MaxPasswordLength} characters"
                : null;
        }

        return error is null;
    }

    [GeneratedRegex(@"^[A-Za-z0-9_.@+-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex UsernameShape();
}
