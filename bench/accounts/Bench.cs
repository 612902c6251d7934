using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Accounts.Bench;

/// <summary>What is measured, through the gateway of a running system.</summary>
internal sealed class Bench(Uri gateway, Uri accounts, Options options)
{
    private const string Authenticated = "/discussion";
    private const int Callers = 32;
    private const int Attackers = 30;
    private const int Pairs = 30;

    /// <summary>Sign-ins a second over what the hash alone allows, in turn, so that both have the same machine.</summary>
    internal async Task SignInsAsync()
    {
        var clients = await RegisterAsync(block: 1, Callers);
        await SignInAllAsync(clients, TimeSpan.FromSeconds(2));
        var (floors, rates) = (new List<double>(), new List<double>());
        for (var round = 0; round < options.Rounds; round++)
        {
            floors.Add(Floor.Measure(options.Duration));
            rates.Add(await SignInAllAsync(clients, options.Duration));
        }

        Write($"Hashes a second on the threads that Accounts has for them: {Measure.Median(floors):N1}");
        Write($"Sign-ins a second, {Callers} callers: {Measure.Median(rates):N1}, {Measure.Median(rates) / Measure.Median(floors):P0} of that");
        clients.ForEach(client => client.Dispose());
    }

    /// <summary>How long a refusal takes for an account that exists and for one that does not, in turn.</summary>
    internal async Task UnknownUsersAsync()
    {
        var clients = await RegisterAsync(block: 2, Pairs);
        var (wrong, unknown) = (new List<double>(), new List<double>());
        foreach (var client in clients)
        {
            wrong.Add(await Measure.TimeAsync(() => ExpectAsync(HttpStatusCode.Unauthorized, client.LogInAsync(password: "not the password"))));
            unknown.Add(await Measure.TimeAsync(() => ExpectAsync(HttpStatusCode.Unauthorized, client.LogInAsync($"nobody-{client.Name}"))));
        }

        Write($"A wrong password: median {Measure.Median(wrong):N1} ms; an unknown user: {Measure.Median(unknown):N1} ms");
        clients.ForEach(client => client.Dispose());
    }

    /// <summary>Everybody else's times while thirty addresses guess as fast as they can, and before that.</summary>
    internal async Task StormAsync()
    {
        using var victim = new Client(gateway, 3, 1);
        await victim.RegisterAsync();
        await victim.EnterAsync();
        using var home = new Client(gateway, 3, 1);
        var newcomers = await RegisterAsync(block: 4, count: 8);
        using var health = new HttpClient { BaseAddress = accounts };

        await BackgroundAsync("Quiet", health, victim.Http, () => Task.Delay(options.Duration));
        var answers = new ConcurrentDictionary<HttpStatusCode, int>();
        using var end = new CancellationTokenSource();
        var storm = Enumerable.Range(0, Attackers).Select(attacker => GuessAsync((byte)(2 + attacker), victim.Name, answers, end.Token)).ToArray();
        var (known, first) = (new List<double>(), new List<double>());
        await BackgroundAsync("Storm", health, victim.Http, async () =>
        {
            foreach (var newcomer in newcomers)
            {
                known.Add(await Measure.TimeAsync(() => ExpectAsync(HttpStatusCode.OK, home.LogInAsync(victim.Name))));
                first.Add(await Measure.TimeAsync(() => ExpectAsync(HttpStatusCode.OK, newcomer.LogInAsync())));
            }

            await Task.Delay(options.Duration);
        });
        await end.CancelAsync();
        await Task.WhenAll(storm);

        Write($"Storm: a right sign-in at a known address: median {Measure.Median(known):N0} ms, longest {known.Max():N0} ms; at a new one: {Measure.Median(first):N0} ms, {first.Max():N0} ms");
        Write($"Storm: guesses answered: {string.Join(", ", answers.OrderBy(answer => answer.Key).Select(answer => $"{(int)answer.Key}: {answer.Value}"))}");
        newcomers.ForEach(client => client.Dispose());
    }

    private static async Task ExpectAsync(HttpStatusCode expected, Task<HttpStatusCode> call)
    {
        if (await call is var status && status != expected)
        {
            throw new InvalidOperationException($"The answer was {(int)status}, not {(int)expected}.");
        }
    }

    private static async Task<double> SignInAllAsync(IReadOnlyList<Client> clients, TimeSpan duration)
    {
        var count = 0L;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(clients.Select(async client =>
        {
            while (Stopwatch.GetElapsedTime(started) < duration)
            {
                await ExpectAsync(HttpStatusCode.OK, client.LogInAsync());
                Interlocked.Increment(ref count);
            }
        }));
        return count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task BackgroundAsync(string when, HttpClient health, HttpClient session, Func<Task> meanwhile)
    {
        using var end = new CancellationTokenSource();
        var both = new[] { Measure.RepeatAsync(health, "/health", end.Token), Measure.RepeatAsync(session, Authenticated, end.Token) };
        await meanwhile();
        await end.CancelAsync();
        foreach (var (path, (times, failed)) in new[] { "/health", Authenticated }.Zip(await Task.WhenAll(both)))
        {
            Write($"{when}: {path}: p50 {Measure.Median(times):N1} ms, p99 {Measure.Percentile(times, 0.99):N1} ms, {failed} of {times.Count} failed");
        }
    }

    private static void Write(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private async Task<List<Client>> RegisterAsync(byte block, int count)
    {
        var clients = Enumerable.Range(0, count).Select(number => new Client(gateway, block, (byte)(2 + number))).ToList();
        await Task.WhenAll(clients.Select(client => client.RegisterAsync()));
        return clients;
    }

    private async Task GuessAsync(byte number, string victim, ConcurrentDictionary<HttpStatusCode, int> answers, CancellationToken end)
    {
        using var client = new Client(gateway, block: 0, number);
        for (var guess = 0; !end.IsCancellationRequested; guess++)
        {
            var status = await client.LogInAsync(guess % 2 == 0 ? victim : $"nobody-{client.Name}-{guess}", $"guess number {guess}");
            answers.AddOrUpdate(status, 1, (_, count) => count + 1);
        }
    }
}
