using System.Globalization;
using System.Text.Json;
using Xunit.Abstractions;

namespace Godzilla.Tests.Faults.Soak;

/// <summary>
/// Fifty clients on both protocols talk for a while, as everything around them breaks. <c>GODZILLA_SOAK</c> says for how many seconds; 60, if it
/// says nothing.
/// </summary>
[Collection(ReplicatedSystem.Name)]
public sealed class SoakTests(ReplicatedApp app, ITestOutputHelper output)
{
    private const int People = 10;
    private const int ClientsEach = 5;
    private const int Rooms = 5;
    private static readonly TimeSpan BetweenFaults = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task WhateverBreaksAllEndWithTheSameMessagesInTheSameOrderAndAllThatWasAcknowledgedIsThereOnce()
    {
        var duration = TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("GODZILLA_SOAK") ?? "60", CultureInfo.InvariantCulture));
        var people = await Task.WhenAll(Enumerable.Range(0, People).Select(_ => app.SignUpAsync("soak")));
        var rooms = await Task.WhenAll(Enumerable.Range(0, Rooms).Select(_ => people[0].CreateDiscussionAsync(people[1..])));
        SoakClient[] clients =
        [
            .. people.SelectMany((person, p) => Enumerable.Range(0, ClientsEach).Select(c =>
                new SoakClient(app.Gateway, person, isSocketIo: c % 2 == 1, $"p{p}c{c}", rooms))),
        ];
        using var talk = new CancellationTokenSource();
        using var end = new CancellationTokenSource();
        using var limit = new CancellationTokenSource(duration + Rest);
        var connected = clients.Select(client => client.StayConnectedAsync(talk.Token, end.Token)).ToArray();
        var talking = clients.Select(client => client.TalkAsync(talk.Token, limit.Token)).ToArray();

        await BreakThingsAsync(duration);
        await talk.CancelAsync();
        await Task.WhenAll(talking);

        // An edit that was not answered may still be under way.
        IReadOnlyList<JsonElement>[] stored = [];
        var different = "nobody has looked";
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    stored = await Task.WhenAll(rooms.Select(people[0].ReadAllAsync));
                    different = FindDifference(rooms.Zip(stored, (room, messages) => (room, Text: string.Join('\n', messages.Select(Show)))), clients);
                    return different.Length == 0;
                },
                "all have what the store has");
        }
        catch (TimeoutException)
        {
            Assert.Fail(different);
        }

        await end.CancelAsync();
        await Task.WhenAll(connected);
        Array.ForEach(people, person => person.Dispose());

        Assert.Equal("", string.Join('\n', clients.SelectMany(client => client.Faults)));
        foreach (var (room, messages) in rooms.Zip(stored))
        {
            Assert.Equal(Enumerable.Range(1, messages.Count).Select(seq => (long)seq), messages.Select(message => message.GetProperty("seq").GetInt64()));
            var acknowledged = clients.SelectMany(client => client.Acknowledged).Where(message => message.Room == room).ToDictionary(message => message.Id, message => message.Text);
            Assert.Empty(acknowledged.Keys.Except(messages.Select(message => message.GetProperty("id").GetString()!)));

            // Each of the messages was sent by a client that went on until it was acknowledged: another one is a double.
            Assert.Empty(messages.Select(message => message.GetProperty("id").GetString()!).Except(acknowledged.Keys));
        }

        output.WriteLine($"{stored.Sum(messages => messages.Count)} messages, {clients.Sum(client => client.Connections)} connections of {clients.Length} clients");
    }

    private static string Show(JsonElement message) =>
        RoomList.Show(message.GetProperty("seq").GetInt64(), message.GetProperty("id").GetString()!, message.GetProperty("text").GetString()!);

    private static string FindDifference(IEnumerable<(string Room, string Text)> stored, SoakClient[] clients)
    {
        foreach (var (room, text) in stored)
        {
            foreach (var client in clients.Where(client => client.Rooms[room].Text != text))
            {
                string[] expected = text.Split('\n'), actual = client.Rooms[room].Text.Split('\n');
                return $"{client.Name} in {room}: missing {string.Join(" | ", expected.Except(actual))}; has {string.Join(" | ", actual.Except(expected))}";
            }
        }

        return "";
    }

    private async Task BreakThingsAsync(TimeSpan duration)
    {
        using var timer = new PeriodicTimer(BetweenFaults);
        using var time = new CancellationTokenSource(duration);
        Func<Task>[] faults =
        [
            () => KillAsync("chat", 0),
            () => KillAsync("presence", 0),
            () => KillAsync("redis", 0),
            () => KillAsync("mongodb", 0),
            () => RestartAsync("chat"),
            () => KillAsync("chat", 1),
            () => KillAsync("presence", 1),
            () => RestartAsync("gateway"),
        ];
        for (var i = 0; !time.IsCancellationRequested; i++)
        {
            await faults[i % faults.Length]();
            await timer.WaitForNextTickAsync();
        }
    }

    private async Task KillAsync(string resource, int replica)
    {
        var instance = app.InstancesOf(resource)[replica];
        await app.KillAsync(resource, instance);
        await app.StartAgainAsync(resource, instance);
    }

    private async Task RestartAsync(string resource)
    {
        foreach (var instance in app.InstancesOf(resource))
        {
            await app.EndAsync(resource, instance);
            await app.StartAgainAsync(resource, instance);
        }
    }
}
