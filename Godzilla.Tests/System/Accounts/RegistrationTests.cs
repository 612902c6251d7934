using System.Net;
using System.Net.Http.Json;
using System.Text;

namespace Godzilla.Tests.System.Accounts;

[Collection(RunningSystem.Name)]
public sealed class RegistrationTests(GodzillaApp app)
{
    private static string NewName() => $"mothra-{Guid.NewGuid():N}"[..24];

    [Fact]
    public async Task SomebodyNewIsCreated()
    {
        using var gateway = app.CreateClient();

        using var response = await gateway.PostAsJsonAsync("/user/register", new { username = NewName(), password = "silk and wings" });

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(
            """{"status":"success","message":"User registered successfully"}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task TakenUsernameIsAConflict()
    {
        using var gateway = app.CreateClient();
        var mothra = new { username = NewName(), password = "silk and wings" };
        using var first = (await gateway.PostAsJsonAsync("/user/register", mothra)).EnsureSuccessStatusCode();

        using var second = await gateway.PostAsJsonAsync("/user/register", mothra);

        Assert.Equal("Username already exists", await Envelope.AssertAsync(HttpStatusCode.Conflict, second));
    }

    [Fact]
    public async Task OfManyWhoRaceForANameOneWins()
    {
        using var gateway = app.CreateClient();
        var name = NewName();

        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(racer =>
            gateway.PostAsJsonAsync("/user/register", new { username = name, password = $"password of racer {racer}" })));

        var winner = Assert.Single(Enumerable.Range(0, 8), racer => responses[racer].StatusCode == HttpStatusCode.Created);
        Assert.Equal(7, responses.Count(response => response.StatusCode == HttpStatusCode.Conflict));
        using var login = await gateway.PostAsJsonAsync("/user/login", new { username = name, password = $"password of racer {winner}" });
        Assert.Equal(HttpStatusCode.OK, login.StatusCode);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"username":"mothra"}""")]
    [InlineData("""{"username":"","password":""}""")]
    [InlineData("""{"username":null,"password":null}""")]
    [InlineData("""["mothra","silk"]""")]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("""{"username":"mothra","password":"silk""")]
    [InlineData("not json")]
    [InlineData("")]
    public async Task WithoutUsernameAndPasswordItIsABadRequest(string body)
    {
        using var gateway = app.CreateClient();
        foreach (var path in new[] { "/user/register", "/user/login" })
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");

            using var response = await gateway.PostAsync(path, content);

            Assert.Equal("Username and password are required", await Envelope.AssertAsync(HttpStatusCode.BadRequest, response));
        }
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("line\nbreak")]
    [InlineData("mothra\u0000")]
    [InlineData("гοdzilla")]
    [InlineData("$where")]
    [InlineData("mothra@example")]
    [InlineData("012345678901234567890123456789012")]
    public async Task NameThatIsNoNameIsABadRequest(string username)
    {
        using var gateway = app.CreateClient();

        using var response = await gateway.PostAsJsonAsync("/user/register", new { username, password = "silk and wings" });

        Assert.StartsWith("Username must be", await Envelope.AssertAsync(HttpStatusCode.BadRequest, response), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"username":{"$ne":""},"password":{"$ne":""}}""", "Username must be a string")]
    [InlineData("""{"username":["mothra"],"password":"silk and wings"}""", "Username must be a string")]
    [InlineData("""{"username":"mothra","password":12345678}""", "Password must be a string")]
    [InlineData("""{"username":"mothra","password":"silk and wings","remember":"yes"}""", "Remember must be true or false")]
    [InlineData("""{"username":"mothra\ud83d","password":"silk and wings"}""", "Username must be well-formed text, without half of a surrogate pair")]
    [InlineData("""{"username":"mothra","password":"silk and wings\udc00"}""", "Password must be well-formed text, without half of a surrogate pair")]
    public async Task AFieldThatIsNotWhatItMustBeIsNamed(string body, string expected)
    {
        using var gateway = app.CreateClient();
        foreach (var path in new[] { "/user/register", "/user/login" })
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");

            using var response = await gateway.PostAsync(path, content);

            Assert.Equal(expected, await Envelope.AssertAsync(HttpStatusCode.BadRequest, response));
        }
    }

    [Fact]
    public async Task ANameIsKeptAsTypedAndTakenInEveryCase()
    {
        using var gateway = app.CreateClient();
        var name = $"Mothra-{Guid.NewGuid():N}"[..24];
        using var first = await gateway.PostAsJsonAsync("/user/register", new { username = name, password = "silk and wings" });
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);

        using var second = await gateway.PostAsJsonAsync("/user/register", new { username = name.ToUpperInvariant(), password = "another one" });
        await Envelope.AssertAsync(HttpStatusCode.Conflict, second);

        using var person = new Person(app.Gateway, name.ToUpperInvariant(), "silk and wings");
        await person.LogInAsync();
        await using var hub = await HubClient.ConnectAsync(app.Gateway, person.Token);
        await hub.WaitForAsync("welcome", welcome => welcome.GetProperty("username").GetString() == name);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(129)]
    public async Task PasswordBeyondTheLimitsIsABadRequestAndNotCutShort(int length)
    {
        using var gateway = app.CreateClient();

        using var response = await gateway.PostAsJsonAsync(
            "/user/register", new { username = NewName(), password = new string('x', length) });

        Assert.StartsWith("Password must be", await Envelope.AssertAsync(HttpStatusCode.BadRequest, response), StringComparison.Ordinal);
    }
}
