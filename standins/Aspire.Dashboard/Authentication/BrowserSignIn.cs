using System.Security.Claims;
using Aspire.Dashboard.Components.Layout;
using Aspire.Dashboard.Configuration;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Aspire.Dashboard.Authentication;

/// <summary>Lets those in who know the browser token. The cookie is valid as long as this process lives.</summary>
internal static class BrowserSignIn
{
    private const string Cookie = ".Aspire.Dashboard.Auth";

    private static readonly TimeSpan SignedInFor = TimeSpan.FromDays(3);

    public static void AddBrowserSignIn(this WebApplicationBuilder builder, DashboardOptions options)
    {
        // No keys on disk: the token of the next run is another one anyway.
        builder.Services.AddDataProtection();
        builder.Services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie =>
        {
            cookie.Cookie.Name = Cookie;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.LoginPath = "/login";
            cookie.ReturnUrlParameter = "returnUrl";
            cookie.ExpireTimeSpan = SignedInFor;
        });
        builder.Services.AddAuthorization(authorization =>
        {
            if (options.Frontend.AuthMode == FrontendAuthMode.BrowserToken)
            {
                authorization.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
            }
        });
        builder.Services.AddCascadingAuthenticationState();
    }

    public static void UseBrowserSignIn(this WebApplication app)
    {
        app.Use(RefuseOtherSites);
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
    }

    public static void MapLogin(this WebApplication app)
    {
        app.MapGet("/login", (HttpContext context, DashboardOptions options, [FromQuery] string? t, [FromQuery] string? returnUrl) =>
            t is null && options.Frontend.AuthMode == FrontendAuthMode.BrowserToken ? Page(returnUrl, isWrong: false) : SignInAsync(context, options, t, returnUrl))
            .AllowAnonymous();
        app.MapPost("/login", (HttpContext context, DashboardOptions options, [FromForm] string? token, [FromForm] string? returnUrl) =>
            SignInAsync(context, options, token, returnUrl))
            .AllowAnonymous()
            .DisableAntiforgery(); // Who knows the token may sign in from anywhere.
    }

    private static async Task<IResult> SignInAsync(HttpContext context, DashboardOptions options, string? token, string? returnUrl)
    {
        if (options.Frontend.AuthMode == FrontendAuthMode.BrowserToken)
        {
            if (!Keys.AreEqual(options.Frontend.BrowserToken, token?.Trim()))
            {
                return await Page(returnUrl, isWrong: true);
            }

            var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, "developer")], CookieAuthenticationDefaults.AuthenticationScheme);
            await context.SignInAsync(new ClaimsPrincipal(identity), new AuthenticationProperties { IsPersistent = true });
        }

        // Only to a page of this site.
        return TypedResults.LocalRedirect(returnUrl is ['/', not ('/' or '\\'), ..] ? returnUrl : "/");
    }

    private static Task<IResult> Page(string? returnUrl, bool isWrong) => Task.FromResult<IResult>(
        new RazorComponentResult<LoginPage>(new Dictionary<string, object?> { [nameof(LoginPage.ReturnUrl)] = returnUrl, [nameof(LoginPage.IsWrong)] = isWrong })
        {
            StatusCode = isWrong ? StatusCodes.Status401Unauthorized : StatusCodes.Status200OK,
        });

    // A page on another port of this machine would be of the same site for cookies.
    private static Task RefuseOtherSites(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers.Origin is [{ } origin] && !HttpMethods.IsGet(context.Request.Method) | context.WebSockets.IsWebSocketRequest
            && context.Features.Get<Listener>() == Listener.Frontend
            && !string.Equals(origin, $"{context.Request.Scheme}://{context.Request.Host}", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        }

        return next(context);
    }
}
