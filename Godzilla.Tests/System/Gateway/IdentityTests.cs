using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.Extensions.Options;

namespace Godzilla.Tests.System.Gateway;

[Collection(RunningSystem.Name)]
public sealed class IdentityTests(GodzillaApp app)
{
    public static TheoryData<string> Spellings => new(
        "X-Authenticated-User", "x-authenticated-user", "X_Authenticated_User", "X.Authenticated.User", "X-AUTHENTICATED_User", "x-authenticated.user");

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task NobodyNamesThemselves(string header)
    {
        using var person = await app.SignUpAsync("biollante");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/discussion") { Content = JsonContent.Create(new { users = new[] { "x" } }) };
        request.Headers.TryAddWithoutValidation(header, "godzilla");

        using var response = await person.Http.SendAsync(request);

        var users = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("users");
        Assert.Equal([person.Name, "x"], users.EnumerateArray().Select(user => user.GetString()));
    }

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task AHeaderIsNoSession(string header)
    {
        using var gateway = app.CreateClient();
        gateway.DefaultRequestHeaders.TryAddWithoutValidation(header, "godzilla");

        using var response = await gateway.GetAsync("/discussion");

        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, response);
    }

    [Fact]
    public async Task AWholeForgedIdentityThatIsSignedWithTheRightKeyIsDroppedAtTheGateway()
    {
        using var gateway = app.CreateClient();
        using var request = Signed(HttpMethod.Get, "/discussion", "godzilla", Signer(GodzillaApp.IdentityKey, TimeProvider.System));

        using var response = await gateway.SendAsync(request);

        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, response);
    }

    [Theory]
    [InlineData("accounts", "POST", "/user/register")]
    [InlineData("accounts", "POST", "/user/login")]
    [InlineData("accounts", "POST", "/user/logout")]
    [InlineData("chat", "GET", "/discussion")]
    [InlineData("chat", "POST", "/discussion")]
    [InlineData("chat", "GET", "/discussion/lobby/messages")]
    [InlineData("chat", "GET", "/presence/online")]
    [InlineData("chat", "POST", "/hubs/chat/negotiate")]
    [InlineData("chat", "GET", "/nope")]
    public async Task AServiceRefusesWhoeverDoesNotComeThroughTheGateway(string service, string method, string path)
    {
        using var direct = app.CreateClient(service);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add(IdentityHeaders.User, "godzilla");

        using var response = await direct.SendAsync(request);

        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, response);
    }

    [Fact]
    public async Task AServiceBelievesASignatureForThisRequestAndNoOther()
    {
        using var chat = app.CreateClient("chat");
        var signer = Signer(GodzillaApp.IdentityKey, TimeProvider.System);
        var old = Signer(GodzillaApp.IdentityKey, new ShiftedTime(TimeSpan.FromSeconds(-31)));
        var early = Signer(GodzillaApp.IdentityKey, new ShiftedTime(TimeSpan.FromSeconds(31)));
        var foreign = Signer("another-key-that-is-long-enough-0123456789", TimeProvider.System);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(Signed(HttpMethod.Get, "/discussion", "rodan", signer)));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Signed(HttpMethod.Get, "/discussion", "rodan", old)));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Signed(HttpMethod.Get, "/discussion", "rodan", early)));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(Signed(HttpMethod.Get, "/discussion", "rodan", foreign)));

        // Signed for one request, sent as another.
        var elsewhere = Signed(HttpMethod.Get, "/discussion", "rodan", signer);
        elsewhere.RequestUri = new Uri("/presence/online", UriKind.Relative);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(elsewhere));
        var renamed = Signed(HttpMethod.Get, "/discussion", "rodan", signer);
        renamed.Headers.Remove(IdentityHeaders.User);
        renamed.Headers.Add(IdentityHeaders.User, "godzilla");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(renamed));

        // A second value beside the signed one.
        var doubled = Signed(HttpMethod.Get, "/discussion", "rodan", signer);
        doubled.Headers.Add(IdentityHeaders.User, "godzilla");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(doubled));

        // Signed, but for nobody.
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(Signed(HttpMethod.Get, "/discussion", "", signer)));

        async Task<HttpStatusCode> StatusAsync(HttpRequestMessage request)
        {
            using (request)
            {
                using var response = await chat.SendAsync(request);
                return response.StatusCode;
            }
        }
    }

    [Theory]
    [InlineData("Cookie: auth_token=\u0001\u0002")]
    [InlineData("Cookie: ===;;;auth_token")]
    [InlineData("X-Anything: \u0000")]
    [InlineData("Bad Header: x")]
    [InlineData("Content-Length: minus one")]
    [InlineData("Host: a b")]
    public async Task HostileHeadersGetA4xx(string header)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(app.Gateway.Host, app.Gateway.Port);
        var host = header.StartsWith("Host", StringComparison.Ordinal) ? "" : "Host: localhost\r\n";
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"GET /discussion HTTP/1.1\r\n{host}{header}\r\nConnection: close\r\n\r\n")));

        using var reader = new StreamReader(stream);
        var status = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Matches("^HTTP/1.1 4[0-9][0-9] ", status);
    }

    private static IdentitySigner Signer(string key, TimeProvider time) => new(Options.Create(new IdentityOptions { Key = key }), time);

    private static HttpRequestMessage Signed(HttpMethod method, string path, string user, IdentitySigner signer)
    {
        var request = new HttpRequestMessage(method, path);
        signer.Sign(request.Headers, "gateway", user, "", method.Method, path);
        return request;
    }

    private sealed class ShiftedTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
