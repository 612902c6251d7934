using System.Text.Json;
using Godzilla.Accounts.Passwords;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Accounts.Users;

/// <summary>A username and a password as a client sent them.</summary>
/// <param name="Username">Well-formed, of any length.</param>
/// <param name="Password">Well-formed, of any length.</param>
/// <param name="Remember">Whether the session is to last longer; only for a sign-in.</param>
/// <param name="NewPassword">The next password; only for a sign-in that requires one.</param>
/// <param name="Invitation">The code of an invitation; only for a registration.</param>
/// <param name="Email">Another name to sign in with; only for a registration.</param>
internal sealed record Credentials(
    string? Username, string? Password, bool Remember = false, string? NewPassword = null, string? Invitation = null, string? Email = null)
{
    private const string Required = "Username and password are required";

    /// <summary>What is wrong with the body, beyond what is missing.</summary>
    private string? Fault { get; init; }

    /// <summary>Reads a JSON body. One that is malformed, or no object, counts as empty; a field that is not what it must be is remembered.</summary>
    /// <exception cref="BadHttpRequestException">415: the Content-Type is not JSON; 413: the body is too large.</exception>
    public static async ValueTask<Credentials> BindAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
        {
            throw new BadHttpRequestException("The body must be application/json", StatusCodes.Status415UnsupportedMediaType);
        }

        try
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            return body.RootElement.ValueKind == JsonValueKind.Object ? Read(body.RootElement) : new Credentials(null, null);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The latter: the name of a field is not well-formed text.
            return new Credentials(null, null);
        }
    }

    /// <summary>Whether both are present, in the right types. <paramref name="error"/> says what is wrong.</summary>
    public bool AreGiven(out string? error)
    {
        error = Fault ?? (string.IsNullOrEmpty(Username) || string.IsNullOrEmpty(Password) ? Required : null);
        return error is null;
    }

    /// <summary>Whether a new account can have them. <paramref name="error"/> says which rule they break.</summary>
    public bool AreAcceptable(out string? error)
    {
        if (AreGiven(out error))
        {
            error = !UsernameRule.CanBeRegistered(Username) ? $"Username must be {UsernameRule.RegistrationInWords}"
                : ReservedNames.Contains(Username) ? "Username is reserved"
                : !PasswordRule.IsMetBy(Password) ? $"Password must be {PasswordRule.InWords}"
                : Email is not null && !EmailRule.IsMetBy(Email) ? $"email must be {EmailRule.InWords}"
                : null;
        }

        return error is null;
    }

    private static Credentials Read(JsonElement body)
    {
        var (username, nameFault) = Text(body, "username", "Username");
        var (password, passwordFault) = Text(body, "password", "Password");
        var (newPassword, newPasswordFault) = Text(body, "new_password", "new_password");
        var (invitation, invitationFault) = Text(body, "invitation", "invitation");
        var (email, emailFault) = Text(body, "email", "email");
        var remember = body.TryGetProperty("remember", out var flag) ? flag.ValueKind : JsonValueKind.False;
        var flagFault = remember is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null ? null : "Remember must be true or false";
        return new Credentials(username, password, remember == JsonValueKind.True, newPassword, invitation, email)
        {
            Fault = nameFault ?? passwordFault ?? newPasswordFault ?? invitationFault ?? emailFault ?? flagFault,
        };
    }

    private static (string? Value, string? Fault) Text(JsonElement body, string field, string label)
    {
        if (!body.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return (null, null);
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            return (null, $"{label} must be a string");
        }

        try
        {
            return (value.GetString(), null);
        }
        catch (InvalidOperationException)
        {
            return (null, $"{label} must be well-formed text, without half of a surrogate pair");
        }
    }
}
