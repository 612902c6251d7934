using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Tests.System.Gateway;

[Collection(RunningSystem.Name)]
public sealed class IdentityTests(GodzillaApp app)
{
    public static TheoryData<string> Spellings => new(
        "X-Authenticated-User", "x-authenticated-user", "X_Authenticated_User", "X.Authenticated.User", "X-AUTHENTICATED_User", "x-authenticated.user");

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task AHeaderNamesNoOtherUser(string header)
    {
        using var person = await app.SignUpAsync("biollante");
        using var other = await app.SignUpAsync("hedorah");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/discussion") { Content = JsonContent.Create(new { users = new[] { other.Name } }) };
        request.Headers.TryAddWithoutValidation(header, "godzilla");

        using var response = await person.Http.SendAsync(request);

        var users = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("users");
        Assert.Equal([person.Name, other.Name], users.EnumerateArray().Select(user => user.GetString()));
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
    public async Task AForgedIdentityIsDroppedAtTheGatewayAlsoIfItIsSignedWithTheRightKey()
    {
        using var forger = new HttpClient(new SigningHandler("gateway", "chat", "godzilla")) { BaseAddress = app.Gateway };

        using var response = await forger.GetAsync("/discussion");

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
    [InlineData("chat", "GET", "/socket.io/?EIO=4&transport=polling")]
    [InlineData("chat", "GET", "/nope")]
    public async Task AServiceRefusesWhoeverDoesNotComeThroughTheGateway(string service, string method, string path)
    {
        using var direct = app.CreateClient(service);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add(IdentityHeaders.User, "godzilla");

        using var response = await direct.SendAsync(request);

        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, response);
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
}
