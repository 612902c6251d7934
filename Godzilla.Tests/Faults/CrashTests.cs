using System.Net;
using Aspire.Hosting.ApplicationModel;

namespace Godzilla.Tests.Faults;

/// <summary>Any one process is killed: the others live, the app says what died, and it can be started again.</summary>
public sealed class CrashTests(GodzillaApp app) : IClassFixture<GodzillaApp>
{
    [Theory]
    [InlineData("accounts", "gateway", "/discussion")]
    [InlineData("presence", "gateway", "/discussion")]
    [InlineData("chat", "gateway", "/healthz")]
    [InlineData("redis", "gateway", "/healthz")]
    [InlineData("gateway", "chat", "/health")]
    public async Task TheOthersLive(string victim, string asked, string stillWorks)
    {
        using var person = await app.SignUpAsync("destoroyah");
        var others = new[] { "accounts", "presence", "chat", "redis", "gateway" }.Where(name => name != victim).ToDictionary(name => name, app.PidOf);

        Signals.Kill(app.PidOf(victim));

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var died = await app.App.ResourceNotifications.WaitForResourceAsync(
            victim, e => KnownResourceStates.TerminalStates.Contains(e.Snapshot.State?.Text), limit.Token);
        Assert.Equal(137, died.Snapshot.ExitCode);
        using var direct = app.CreateClient(asked);
        using var response = await (asked == "gateway" ? person.Http : direct).GetAsync(stillWorks);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.All(others, other => Assert.Equal(other.Value, app.PidOf(other.Key)));
        Assert.All(others.Values, pid => Assert.True(Directory.Exists($"/proc/{pid}")));

        await app.StartAgainAsync(victim);
        using var again = new Person(app, person.Name, person.Password);
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await again.LogInAsync();
                    using var list = await again.Http.GetAsync("/presence/online");
                    return list.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            $"everything works after {victim} is started again");
    }

    [Theory]
    [InlineData("accounts")]
    [InlineData("chat")]
    public async Task AServiceThatHangsIsATimeoutOfTheGatewayAndNobodysBadRequest(string victim)
    {
        using var person = await app.SignUpAsync("destoroyah");
        var pid = app.PidOf(victim);

        Signals.Freeze(pid);
        try
        {
            using var response = await (victim == "chat" ? person.Http.GetAsync("/discussion") : person.Http.PostAsync("/user/logout", content: null));
            await Envelope.AssertAsync(HttpStatusCode.GatewayTimeout, response);
        }
        finally
        {
            Signals.Thaw(pid);
        }
    }
}
