using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;

namespace Godzilla.Tests.System.Gateway;

/// <summary>A session that ends, ends at once, on every replica, for requests and for open sockets.</summary>
[Collection(ReplicatedSystem.Name)]
public sealed class RevocationTests(ReplicatedApp app)
{
    private const int Sockets = 50;

    [Fact]
    public async Task TheSocketsOfASessionThatEndsAreClosedWith4401OnAllReplicas()
    {
        using var person = await app.SignUpAsync("gigan");
        using var elsewhere = new Person(app.Gateway, person.Name, person.Password);
        await elsewhere.LogInAsync();
        var gateways = app.ReplicasOf("gateway");
        using var other = await RawSocket.ConnectAsync(gateways[0], elsewhere.Token);
        var sockets = new List<RawSocket>();
        for (var i = 0; i < Sockets; i++)
        {
            sockets.Add(await RawSocket.ConnectAsync(gateways[i % 2], person.Token));
        }

        await person.LogOutAsync();
        var closed = await Task.WhenAll(sockets.Select(socket => socket.ClosedAsync()));

        Assert.All(closed, close => Assert.Equal(((WebSocketCloseStatus)4401, "The session has ended"), close));
        Assert.Equal(WebSocketState.Open, other.State);
        foreach (var gateway in gateways)
        {
            using var at = person.At(gateway);
            await at.EndedAsync();
        }

        sockets.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task ASignInReplacesTheSessionThatItCameWith()
    {
        using var person = await app.SignUpAsync("gigan");
        using var before = person.At(app.Gateway);

        await person.LogInAsync();

        Assert.NotEqual(before.Token, person.Token);
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await before.Http.GetAsync("/discussion");
                return response.StatusCode == HttpStatusCode.Unauthorized;
            },
            "the old token is refused");
        using var now = await person.Http.GetAsync("/discussion");
        Assert.Equal(HttpStatusCode.OK, now.StatusCode);
    }

    // A client that does not answer the close frame is cut 2 s later. Until then it can still send.
    [Fact]
    public async Task WhatASocketSendsAfterItsSessionHasEndedIsNotRead()
    {
        using var person = await app.SignUpAsync("gigan");
        using var reader = await app.SignUpAsync("rodan");
        var discussion = await person.CreateDiscussionAsync(reader);
        using var socket = await RawSocket.ConnectAsync(app.Gateway, person.Token, answersClose: false);
        await socket.SendAsync($$"""{"type":1,"target":"Send","arguments":["{{discussion}}","before",null]}""");
        await Eventually.TrueAsync(async () => (await TextsAsync()).Count == 1, "the socket works");

        await person.LogOutAsync();
        await socket.ClosedAsync();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await socket.SendAsync($$"""{"type":1,"target":"Send","arguments":["{{discussion}}","after",null]}"""))
        {
            // Until the gateway cuts it.
            await pace.WaitForNextTickAsync();
        }

        Assert.Equal(["before"], await TextsAsync());

        async Task<IReadOnlyList<string>> TextsAsync()
        {
            var page = await reader.Http.GetFromJsonAsync<JsonElement>($"/discussion/{discussion}/messages");
            return [.. page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("text").GetString()!)];
        }
    }

    [Fact]
    public async Task PastTwentySessionsTheOldestEnds()
    {
        using var oldest = await app.SignUpAsync("gigan");
        for (var i = 0; i < 20; i++)
        {
            using var newer = new Person(app.Gateway, oldest.Name, oldest.Password);
            await newer.LogInAsync();
        }

        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await oldest.Http.GetAsync("/discussion");
                return response.StatusCode == HttpStatusCode.Unauthorized;
            },
            "the oldest session has ended");
    }
}
