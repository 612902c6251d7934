using System.Net;
using System.Net.Http.Json;
using Aspire.Hosting.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Tests.Faults;

/// <summary>A registration that failed can be tried again, also if nobody knows how it ended.</summary>
[Collection(ImpatientSystem.Name)]
public sealed class RegistrationFaultTests(ImpatientApp app)
{
    [Fact]
    public async Task WhileTheStoreHangsNothingIsHalfDone()
    {
        using var person = app.NewPerson("rodan");
        var store = app.PidOf("mongodb");

        Signals.Freeze(store);
        try
        {
            using var lost = await RegisterAsync(person, person.Password);
            await Envelope.AssertAsync(HttpStatusCode.ServiceUnavailable, lost);
        }
        finally
        {
            Signals.Thaw(store);
        }

        await Eventually.TrueAsync(
            async () =>
            {
                using var again = await RegisterAsync(person, person.Password);
                Assert.Contains(again.StatusCode, (HttpStatusCode[])[HttpStatusCode.Created, HttpStatusCode.ServiceUnavailable]);
                return again.StatusCode == HttpStatusCode.Created;
            },
            "the second attempt succeeds");
        await person.LogInAsync();
    }

    [Fact]
    public async Task WhereOnlyTheAnswerOfTheStoreWasLostASecondAttemptSucceedsOnce()
    {
        using var person = app.NewPerson("rodan");
        await person.RegisterAsync();

        // What a lost answer leaves behind.
        using var client = new MongoClient(await app.App.GetConnectionStringAsync("mongodb"));
        var users = client.GetDatabase("accountsdb").GetCollection<BsonDocument>("users");
        await users.UpdateOneAsync(new BsonDocument("username", person.Name), new BsonDocument("$set", new BsonDocument("unconfirmed", true)));

        using var other = await RegisterAsync(person, "not the same password");
        await Envelope.AssertAsync(HttpStatusCode.Conflict, other);
        using var again = await RegisterAsync(person, person.Password);
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        using var later = await RegisterAsync(person, person.Password);
        Assert.Equal("Username already exists", await Envelope.AssertAsync(HttpStatusCode.Conflict, later));
        await person.LogInAsync();
    }

    private static Task<HttpResponseMessage> RegisterAsync(Person person, string password) =>
        person.Http.PostAsJsonAsync("/user/register", new { username = person.Name, password });
}
