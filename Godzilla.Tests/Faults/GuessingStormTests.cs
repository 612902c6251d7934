using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;

namespace Godzilla.Tests.Faults;

/// <summary>Thirty clients, each with an address of its own, try passwords as fast as they can.</summary>
[Collection(RunningSystem.Name)]
public sealed class GuessingStormTests(GodzillaApp app)
{
    private const int Attackers = 30;

    // 504: the gateway gave up before it was the guesser's turn.
    private static readonly HttpStatusCode[] Refusals =
        [HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable, HttpStatusCode.GatewayTimeout];

    [Fact]
    public async Task ARightSignInSucceedsAndNothingElseNoticesTheStorm()
    {
        using var victim = app.NewPerson("mothra");
        await victim.RegisterAsync();
        using var other = app.NewPerson("rodan");
        await other.RegisterAsync();
        using var accounts = app.CreateClient("accounts");
        using var home = GodzillaApp.CreateClient(app.Gateway, IPAddress.Parse("127.0.0.98"));
        using var elsewhere = GodzillaApp.CreateClient(app.Gateway, IPAddress.Parse("127.0.0.99"));
        var answers = new ConcurrentDictionary<HttpStatusCode, int>();
        using var end = new CancellationTokenSource();

        using var signedIn = await home.PostAsJsonAsync("/user/login", new { username = victim.Name, password = victim.Password });
        using var browser = app.CreateClient();
        browser.DefaultRequestHeaders.Add("Cookie", $"auth_token={Person.TokenIn(signedIn)}");

        // Every other attempt is at the victim's account, the others are at names that nobody has.
        var storm = Enumerable.Range(0, Attackers).Select(attacker => GuessAsync(attacker, victim.Name, answers, end.Token)).ToArray();
        await Eventually.TrueAsync(() => answers.Values.Sum() > 2 * Attackers, "the storm is on");
        using var load = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
        var health = RepeatAsync(() => accounts.GetAsync("/health"), load.Token);
        var session = RepeatAsync(() => browser.GetAsync("/discussion"), load.Token);

        try
        {
            for (var round = 0; round < 3; round++)
            {
                // The victim where they signed in before, and somebody at an address that was never seen.
                await SucceedsAsync(() => home.PostAsJsonAsync("/user/login", new { username = victim.Name, password = victim.Password }));
                await SucceedsAsync(() => elsewhere.PostAsJsonAsync("/user/login", new { username = other.Name, password = other.Password }));
            }

            await Eventually.TrueAsync(() => answers.ContainsKey(HttpStatusCode.TooManyRequests), "guesses are refused");
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(storm);
        }

        Assert.NotEqual(0, await health);
        Assert.NotEqual(0, await session);
        Assert.All(answers.Keys, status => Assert.Contains(status, Refusals));
    }

    private static async Task SucceedsAsync(Func<Task<HttpResponseMessage>> call)
    {
        using var response = await call();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
    }

    // Ends with the number of calls; each of them succeeded.
    private static async Task<int> RepeatAsync(Func<Task<HttpResponseMessage>> call, CancellationToken end)
    {
        var calls = 0;
        while (!end.IsCancellationRequested)
        {
            await SucceedsAsync(call);
            calls++;
        }

        return calls;
    }

    private async Task GuessAsync(int attacker, string victim, ConcurrentDictionary<HttpStatusCode, int> answers, CancellationToken end)
    {
        using var client = GodzillaApp.CreateClient(app.Gateway, new IPAddress([127, 0, 0, (byte)(2 + attacker)]));
        for (var guess = 0; !end.IsCancellationRequested; guess++)
        {
            var name = guess % 2 == 0 ? victim : $"nobody-{attacker}-{guess}";
            using var response = await client.PostAsJsonAsync("/user/login", new { username = name, password = $"guess number {guess}" }, CancellationToken.None);
            answers.AddOrUpdate(response.StatusCode, 1, (_, count) => count + 1);
        }
    }
}
