using System.Net.Mime;
using Godzilla.Accounts.Tokens;
using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults.ApiKeys;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Godzilla.Accounts.HelixFlow;

/// <summary>
/// What clients of HelixFlow's auth service send and expect: its paths, fields and texts. The tokens are ours, with what holds for them under
/// <c>/auth</c>: a refresh token is good once, and is no access token.
/// </summary>
internal static class HelixFlowEndpoints
{
    internal static async Task<Results<Ok<Tokens>, ContentHttpResult>> LogInAsync(
        TokenRequest body, TokenIssuer issuer, HttpContext context, CancellationToken cancellationToken)
    {
        if (!body.IsReadable)
        {
            return InvalidJson();
        }

        var credentials = new Credentials(body["email"] ?? body["username"], body["password"]);
        if (!credentials.AreGiven(out _))
        {
            return Text("Authentication failed", StatusCodes.Status401Unauthorized);
        }

        var (tokens, refusal) = await issuer.SignInAsync(credentials, [.. ApiKeyScopes.All], context, cancellationToken);
        return tokens is not null ? TypedResults.Ok(Tokens.Of(tokens))
            : refusal!.StatusCode == StatusCodes.Status429TooManyRequests ? Text("Rate limit exceeded", refusal.StatusCode)
            : Text("Authentication failed", StatusCodes.Status401Unauthorized);
    }

    internal static async Task<Results<Ok<Tokens>, ContentHttpResult>> RefreshAsync(
        TokenRequest body, TokenIssuer issuer, HttpContext context, CancellationToken cancellationToken) =>
        !body.IsReadable ? InvalidJson()
        : body["refresh_token"] is { Length: > 0 } token && await issuer.RefreshAsync(token, context.Caller(), cancellationToken) is { } tokens ? TypedResults.Ok(Tokens.Of(tokens))
        : Text("Invalid refresh token", StatusCodes.Status401Unauthorized);

    internal static async Task<Results<Ok<Status>, ContentHttpResult>> RevokeAsync(
        TokenRequest body, TokenIssuer issuer, HttpContext context, CancellationToken cancellationToken)
    {
        if (!body.IsReadable)
        {
            return InvalidJson();
        }

        if (body["token"] is not { Length: > 0 } token)
        {
            return Text("token is required", StatusCodes.Status400BadRequest);
        }

        await issuer.RevokeAsync(token, context.Caller(), cancellationToken);
        return TypedResults.Ok(new Status("success"));
    }

    internal static async Task<Results<Ok<Registered>, ContentHttpResult>> RegisterAsync(
        TokenRequest body, UserRegistration registration, HttpContext context, CancellationToken cancellationToken)
    {
        if (!body.IsReadable)
        {
            return InvalidJson();
        }

        var credentials = new Credentials(body["username"], body["password"], Email: body["email"]);
        var name = DisplayName.TryParse($"{body["first_name"]} {body["last_name"]}", out var parsed) ? parsed : null;
        var (user, _) = await registration.RegisterAsync(credentials, name, context.Caller(), cancellationToken);
        return user is null
            ? Text("Registration failed", StatusCodes.Status400BadRequest)
            : TypedResults.Ok(new Registered(true, "User registered successfully", user.Id.ToString()));
    }

    private static ContentHttpResult InvalidJson() => Text("Invalid JSON", StatusCodes.Status400BadRequest);

    private static ContentHttpResult Text(string text, int status) => TypedResults.Text($"{text}\n", MediaTypeNames.Text.Plain, statusCode: status);

    internal sealed record Tokens(string AccessToken, string RefreshToken)
    {
        public static Tokens Of(IssuedTokens tokens) => new(tokens.AccessToken, tokens.RefreshToken);
    }

    internal sealed record Status([property: System.Text.Json.Serialization.JsonPropertyName("status")] string Value);

    internal sealed record Registered(bool Success, string Message, string UserId);
}
