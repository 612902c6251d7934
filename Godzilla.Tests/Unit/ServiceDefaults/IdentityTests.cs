using System.Net;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Godzilla.Tests.Unit.ServiceDefaults;

public sealed class IdentityTests : IAsyncLifetime
{
    private const string Key = "the-gateway-signs-with-this-0123456789";
    private const string NextKey = "and-soon-with-this-one-0123456789-0123456789";
    private const string PresenceKey = "presence-signs-with-this-0123456789";

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));
    private ServiceHost? _host;

    private ServiceHost Host => _host!;

    public async Task InitializeAsync() => _host = await ServiceHost.StartAsync(
        "Production",
        builder =>
        {
            builder.Configuration["Identity:Service"] = "chat";
            builder.Configuration["Identity:Callers:gateway:Key"] = Key;
            builder.Configuration["Identity:Callers:gateway:NextKey"] = NextKey;
            builder.Configuration["Identity:Callers:gateway:ForUsers"] = "true";
            builder.Configuration["Identity:Callers:presence:Key"] = PresenceKey;
            builder.Services.AddSignedIdentity().AddSingleton<TimeProvider>(_time);
        },
        app =>
        {
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapMethods("/user", ["GET", "POST"], (HttpContext context) => $"{context.User.Username()} {context.Caller()}");
            app.MapGet("/rights", (HttpContext context) => string.Join(
                ' ', context.User.KeyId(), context.User.HasScope("inference"), context.User.HasScope("models:read"), string.Join(',', context.User.AllowedModels())));
            app.MapGet("/other", () => "other");
            app.MapGet("/signed", () => "signed").RequireAuthorization(IdentityExtensions.SignedPolicy);
        });

    public async Task DisposeAsync() => await Host.DisposeAsync();

    [Fact]
    public async Task ASignedIdentityIsBelieved()
    {
        using var response = await SendAsync(Signed());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal($"mothra {Mothra}", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(IdentityHeaders.User, "godzilla")]
    [InlineData(IdentityHeaders.User, "")]
    [InlineData(IdentityHeaders.Session, "s2")]
    [InlineData(IdentityHeaders.Address, "127.0.0.3")]
    [InlineData(IdentityHeaders.Gateway, "g2")]
    [InlineData("User-Agent", "wget/1.21")]
    [InlineData(IdentityHeaders.Key, "k2")]
    [InlineData(IdentityHeaders.Scopes, "inference models:read")]
    [InlineData(IdentityHeaders.Models, "godzilla-mini other")]
    [InlineData(IdentityHeaders.Issuer, "chat")]
    [InlineData(IdentityHeaders.Issuer, "presence")]
    [InlineData(IdentityHeaders.Time, "1577836800001")]
    [InlineData(IdentityHeaders.Time, "-1577836800000")]
    [InlineData(IdentityHeaders.Time, "now")]
    [InlineData(IdentityHeaders.Signature, "")]
    [InlineData(IdentityHeaders.Signature, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task NothingOfItCanBeChanged(string header, string value)
    {
        var request = Signed();
        request.Headers.Remove(header);
        request.Headers.Add(header, value);

        await RefusedAsync(request);
    }

    [Theory]
    [InlineData(IdentityHeaders.User)]
    [InlineData(IdentityHeaders.Session)]
    [InlineData(IdentityHeaders.Address)]
    [InlineData(IdentityHeaders.Gateway)]
    [InlineData(IdentityHeaders.Key)]
    [InlineData(IdentityHeaders.Scopes)]
    [InlineData(IdentityHeaders.Models)]
    [InlineData(IdentityHeaders.Issuer)]
    [InlineData(IdentityHeaders.Time)]
    [InlineData(IdentityHeaders.Signature)]
    public async Task NothingOfItCanBeLeftOutOrDoubled(string header)
    {
        var missing = Signed();
        missing.Headers.Remove(header);
        await RefusedAsync(missing);

        var doubled = Signed();
        doubled.Headers.Add(header, doubled.Headers.GetValues(header).Single());
        await RefusedAsync(doubled);
    }

    [Fact]
    public async Task ItIsForOneMethodAndOnePath()
    {
        var method = Signed();
        method.Method = HttpMethod.Post;
        await RefusedAsync(method);

        var path = Signed();
        path.RequestUri = new Uri("/other", UriKind.Relative);
        await RefusedAsync(path);
    }

    [Theory]
    [InlineData(30_000, true)]
    [InlineData(30_001, false)]
    [InlineData(-30_000, true)]
    [InlineData(-30_001, false)]
    public async Task ItIsValidForThirtySecondsAndForClocksThatDifferAsMuch(int milliseconds, bool valid)
    {
        var request = Signed();
        _time.AdjustTime(_time.GetUtcNow().AddMilliseconds(milliseconds));

        using var response = await SendAsync(request);

        Assert.Equal(valid ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task AnotherKeyIsRefused() => await RefusedAsync(Signed(key: "another-key-that-is-long-enough-0123456789"));

    [Fact]
    public async Task WhileAKeyIsChangedBothAreAccepted()
    {
        using var response = await SendAsync(Signed(key: NextKey));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task WhatIsSignedForAnotherServiceIsRefused() => await RefusedAsync(Signed(audience: "accounts"));

    [Fact]
    public async Task AServiceThatMayNotNameUsersSpeaksForItselfOnly()
    {
        await RefusedAsync(Signed(issuer: "presence", key: PresenceKey));

        using var response = await SendAsync(Signed(issuer: "presence", key: PresenceKey, user: "", path: "/signed"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task AnIssuerThatHasNoKeyHereIsRefused() => await RefusedAsync(Signed(issuer: "accounts", user: "", path: "/signed"));

    [Fact]
    public async Task AServiceThatSpeaksForItselfIsNoUser()
    {
        using var forUsers = await SendAsync(Signed(user: ""));
        await Envelope.AssertAsync(HttpStatusCode.Forbidden, forUsers);

        using var forServices = await SendAsync(Signed(user: "", path: "/signed"));
        Assert.Equal(HttpStatusCode.OK, forServices.StatusCode);
    }

    [Fact]
    public async Task WithoutASignatureEveryRouteButHealthIsClosed()
    {
        foreach (var path in new[] { "/user", "/other", "/signed", "/nope" })
        {
            using var response = await Host.Http.GetAsync(path);
            await Envelope.AssertAsync(HttpStatusCode.Unauthorized, response);
        }

        using var alive = await Host.Http.GetAsync("/alive");
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    [Fact]
    public async Task AKeyMayDoWhatItsScopesSay()
    {
        using var response = await SendAsync(Signed(path: "/rights"));

        Assert.Equal("k1 True False godzilla-mini", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task WithoutAKeyNothingIsSentAboutItAndNothingIsRestricted()
    {
        var request = Signed(path: "/rights", caller: Mothra with { Key = "", Scopes = "", Models = "" });
        Assert.False(request.Headers.Contains(IdentityHeaders.Key));
        Assert.False(request.Headers.Contains(IdentityHeaders.Scopes));
        Assert.False(request.Headers.Contains(IdentityHeaders.Models));

        using var response = await SendAsync(request);
        Assert.Equal(" True True ", await response.Content.ReadAsStringAsync());
    }

    private static CallerIdentity Mothra => new("mothra", "s1", "127.0.0.2", "curl/8.5.0", "g1", "k1", "inference", "godzilla-mini");

    private HttpRequestMessage Signed(
        string user = "mothra", string path = "/user", string key = Key, string issuer = "gateway", string audience = "chat", CallerIdentity? caller = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("User-Agent", Mothra.UserAgent);
        SigningHandler.Signer(issuer, audience, key, _time).Sign(request.Headers, audience, (caller ?? Mothra) with { User = user }, "GET", path);
        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            return await Host.Http.SendAsync(request);
        }
    }

    private async Task RefusedAsync(HttpRequestMessage request)
    {
        using var response = await SendAsync(request);
        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, response);
    }
}
