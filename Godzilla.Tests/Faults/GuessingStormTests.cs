using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;

namespace Godzilla.Tests.Faults;

/// <summary>Thirty clients, each with an address of its own, try passwords as fast as they can.</summary>
[Collection(ImpatientSystem.Name)]
public sealed class GuessingStormTests(ImpatientApp app)
{
    private const int Attackers = 30;
    private static readonly TimeSpan SignInLimit = TimeSpan.FromSeconds(2);

    // 504: the gateway gave up before it was the guesser's turn.
    private static readonly HttpStatusCode[] Refusals =
        [HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable, HttpStatusCode.GatewayTimeout];

    [Fact]
    public async Task ARightSignInSucceedsAndNothingElseNoticesTheStorm()
    {
        using var victim = await app.SignUpAsync("mothra");
        using var other = app.NewPerson("rodan");
        await other.RegisterAsync();
        using var accounts = app.CreateClient("accounts");
        using var home = app.CreateClient();
        using var elsewhere = GodzillaApp.CreateClient(app.Gateway, IPAddress.Parse("127.0.0.99"));
        var answers = new ConcurrentDictionary<HttpStatusCode, int>();
        using var end = new CancellationTokenSource();

        // Every other attempt is at the victim's account, the others are at names that nobody has.
        var storm = Enumerable.Range(0, Attackers).Select(attacker => GuessAsync(attacker, victim.Name, answers, end.Token)).ToArray();
        await Eventually.TrueAsync(() => answers.Values.Sum() > 2 * Attackers, "the storm is on");
        using var load = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
        var health = RepeatAsync(() => accounts.GetAsync("/health"), load.Token);
        var session = RepeatAsync(() => victim.Http.GetAsync("/discussion"), load.Token);

        for (var round = 0; round < 3; round++)
        {
            // The victim where they signed in before, and somebody at an address that was never seen.
            await WithinAsync(() => home.PostAsJsonAsync("/user/login", new { username = victim.Name, password = victim.Password }));
            await WithinAsync(() => elsewhere.PostAsJsonAsync("/user/login", new { username = other.Name, password = other.Password }));
        }

        await Eventually.TrueAsync(() => answers.ContainsKey(HttpStatusCode.TooManyRequests), "guesses are refused");
        await end.CancelAsync();
        await Task.WhenAll(storm);
        Assert.NotEqual(0, await health);
        Assert.NotEqual(0, await session);
        Assert.All(answers.Keys, status => Assert.Contains(status, Refusals));
    }

    private static async Task WithinAsync(Func<Task<HttpResponseMessage>> signIn)
    {
        var started = Stopwatch.GetTimestamp();
        using var response = await signIn();
        var took = Stopwatch.GetElapsedTime(started);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        Assert.True(took < SignInLimit, $"The sign-in took {took}.");
    }

    // Ends with the number of calls; each of them succeeded.
    private static async Task<int> RepeatAsync(Func<Task<HttpResponseMessage>> call, CancellationToken end)
    {
        var calls = 0;
        while (!end.IsCancellationRequested)
        {
            using var response = await call();
            Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(CancellationToken.None)}");
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
