using System.Diagnostics;
using System.Text;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Mongod.Tests.Wire;

public sealed class SignInTests(MongodFixture fixture) : IClassFixture<MongodFixture>
{
    [Theory]
    [InlineData("ping")]
    [InlineData("find")]
    [InlineData("listDatabases")]
    [InlineData("serverStatus")]
    [InlineData("buildInfo")]
    [InlineData("dropDatabase")]
    public async Task WithoutASignInNothingIsAnswered(string command)
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);

        var reply = await client.RunAsync(new BsonDocument(command, "things"));

        Assert.Equal((0, 13, "Unauthorized"), (reply["ok"].ToInt32(), reply["code"].AsInt32, reply["codeName"].AsString));
        Assert.False(string.IsNullOrEmpty(reply["errmsg"].AsString));
    }

    [Fact]
    public async Task WithTheRightPasswordCommandsAreAnswered()
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);
        await client.SignInAsync();

        Assert.Equal(1, (await client.RunAsync(new BsonDocument("ping", 1)))["ok"].ToInt32());
        var status = await client.RunAsync(new BsonDocument("connectionStatus", 1));
        Assert.Equal(MongodProcess.User, status["authInfo"]["authenticatedUsers"][0]["user"].AsString);
    }

    [Fact]
    public async Task AfterLogoutNothingIsAnswered()
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);
        await client.SignInAsync();
        await client.RunAsync(new BsonDocument("logout", 1));

        Assert.Equal(13, (await client.RunAsync(new BsonDocument("ping", 1)))["code"].AsInt32);
    }

    [Fact]
    public async Task ASignInHoldsForItsOwnConnectionOnly()
    {
        using var first = await WireClient.ConnectAsync(fixture.Server);
        await first.SignInAsync();
        using var second = await WireClient.ConnectAsync(fixture.Server);

        Assert.Equal(13, (await second.RunAsync(new BsonDocument("ping", 1)))["code"].AsInt32);
    }

    [Theory]
    [InlineData(MongodProcess.User, "wrong")]
    [InlineData("nobody", MongodProcess.Password)]
    [InlineData("Admin", MongodProcess.Password)]
    public async Task AWrongNameOrPasswordGetsOneAnswerAfterTheSameSteps(string user, string password)
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);
        var scram = new ScramClient(user, password);

        var first = await client.RunAsync(Start(scram.First()));
        var challenge = Encoding.UTF8.GetString(first["payload"].AsByteArray);
        var last = await client.RunAsync(Continue(scram.Final(first["payload"].AsByteArray)));

        Assert.EndsWith(",i=15000", challenge, StringComparison.Ordinal);
        Assert.Equal(16, Convert.FromBase64String(challenge.Split(",s=")[1].Split(',')[0]).Length);
        Assert.Equal((18, "AuthenticationFailed", "Authentication failed."), (last["code"].AsInt32, last["codeName"].AsString, last["errmsg"].AsString));
        Assert.Equal(13, (await client.RunAsync(new BsonDocument("ping", 1)))["code"].AsInt32);
    }

    [Fact]
    public async Task AnUnknownNameKeepsItsSalt()
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);
        var salts = new List<string>();
        foreach (var user in (string[])["nobody", "nobody", "somebody", MongodProcess.User, MongodProcess.User])
        {
            var first = await client.RunAsync(Start(new ScramClient(user, "x").First()));
            salts.Add(Encoding.UTF8.GetString(first["payload"].AsByteArray).Split(",s=")[1]);
        }

        Assert.Equal(salts[0], salts[1]);
        Assert.NotEqual(salts[0], salts[2]);
        Assert.Equal(salts[3], salts[4]);
    }

    [Fact]
    public async Task AnUnknownNameTakesAsLongAsAWrongPassword()
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);
        var (known, unknown) = (new List<double>(), new List<double>());
        await MeasureAsync(client, "nobody", known);
        known.Clear();
        for (var round = 0; round < 5; round++)
        {
            await MeasureAsync(client, MongodProcess.User, known);
            await MeasureAsync(client, "nobody", unknown);
        }

        // The quickest of what takes some 0.2 ms: a busy machine only adds. A hash of the password more or less would be 5 ms.
        Assert.InRange(known.Min() / unknown.Min(), 0.5, 2);
    }

    [Fact]
    public async Task AProofForAnotherNonceIsRefused()
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);
        var scram = new ScramClient(MongodProcess.User, MongodProcess.Password);
        var first = await client.RunAsync(Start(scram.First()));
        var final = scram.Final(first["payload"].AsByteArray);
        await client.RunAsync(Start(scram.First()));

        Assert.Equal(18, (await client.RunAsync(Continue(final)))["code"].AsInt32);
    }

    [Fact]
    public async Task AProofIsGoodForOneTry()
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);
        var scram = new ScramClient(MongodProcess.User, MongodProcess.Password);
        var first = await client.RunAsync(Start(scram.First()));
        var final = scram.Final(first["payload"].AsByteArray);
        Assert.Equal(18, (await client.RunAsync(Continue("c=biws,r=x,p=AAAA"u8.ToArray())))["code"].AsInt32);

        Assert.Equal(17, (await client.RunAsync(Continue(final)))["code"].AsInt32); // There is no sign-in to go on with.
    }

    [Theory]
    [InlineData("")]
    [InlineData("n,,")]
    [InlineData("n,,n=admin")]
    [InlineData("n,,n=admin,r=")]
    [InlineData("p=tls-unique,,n=admin,r=abc")]
    [InlineData("n,a=root,n=admin,r=abc")]
    [InlineData("n,,m=ext,n=admin,r=abc")]
    [InlineData("\0\0\0\0")]
    public async Task AFirstMessageThatIsNoneIsRefused(string payload)
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);

        Assert.Equal(18, (await client.RunAsync(Start(Encoding.UTF8.GetBytes(payload))))["code"].AsInt32);
    }

    [Fact]
    public async Task OtherMechanismsAreNotThere()
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);
        foreach (var mechanism in (string[])["SCRAM-SHA-1", "PLAIN", "MONGODB-X509", ""])
        {
            Assert.Equal(334, (await client.RunAsync(Start([]).Set("mechanism", mechanism)))["code"].AsInt32);
        }
    }

    [Fact]
    public async Task UsersAreInTheDatabaseAdmin()
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);

        var reply = await client.RunAsync(Start(new ScramClient(MongodProcess.User, MongodProcess.Password).First()), "other");

        Assert.Equal(18, reply["code"].AsInt32);
    }

    [Fact]
    public async Task ASignInWithinHelloSavesARoundTripAndClientsThatWantAnEmptyLastMessageGetIt()
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);
        var scram = new ScramClient(MongodProcess.User, MongodProcess.Password);

        var hello = await client.RunAsync(new BsonDocument
        {
            { "hello", 1 },
            { "saslSupportedMechs", "admin.admin" },
            { "speculativeAuthenticate", new BsonDocument { { "saslStart", 1 }, { "mechanism", "SCRAM-SHA-256" }, { "payload", scram.First() }, { "db", "admin" } } },
        });
        Assert.Equal("SCRAM-SHA-256", hello["saslSupportedMechs"][0].AsString);
        var proven = await client.RunAsync(Continue(scram.Final(hello["speculativeAuthenticate"]["payload"].AsByteArray)));
        Assert.False(proven["done"].AsBoolean);
        Assert.Equal(scram.ServerSignature, Encoding.UTF8.GetString(proven["payload"].AsByteArray));
        Assert.Equal(13, (await client.RunAsync(new BsonDocument("ping", 1)))["code"].AsInt32); // Not yet.
        var done = await client.RunAsync(Continue([]));
        Assert.True(done["done"].AsBoolean);

        Assert.Equal(1, (await client.RunAsync(new BsonDocument("ping", 1)))["ok"].ToInt32());
    }

    [Fact]
    public async Task HelloDoesNotTellWhoExists()
    {
        using var client = await WireClient.ConnectAsync(fixture.Server);
        var known = await client.RunAsync(new BsonDocument { { "hello", 1 }, { "saslSupportedMechs", "admin.admin" } });
        var unknown = await client.RunAsync(new BsonDocument { { "hello", 1 }, { "saslSupportedMechs", "admin.nobody" } });

        Assert.Equal(known["saslSupportedMechs"], unknown["saslSupportedMechs"]);
    }

    [Fact]
    public async Task TheDriverSaysThatAuthenticationFailed()
    {
        using var client = fixture.Server.CreateClient(settings => settings.Credential = MongoCredential.CreateCredential("admin", MongodProcess.User, "wrong"));

        var fault = await Assert.ThrowsAsync<MongoAuthenticationException>(() => client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1)));

        Assert.Equal(18, Assert.IsType<MongoCommandException>(fault.InnerException).Code);
    }

    private static BsonDocument Start(byte[] payload) => new()
    {
        { "saslStart", 1 },
        { "mechanism", "SCRAM-SHA-256" },
        { "payload", payload },
        { "options", new BsonDocument("skipEmptyExchange", true) },
    };

    private static BsonDocument Continue(byte[] payload) => new() { { "saslContinue", 1 }, { "conversationId", 1 }, { "payload", payload } };

    private static async Task MeasureAsync(WireClient client, string user, List<double> milliseconds)
    {
        const int Times = 20;

        var scram = new ScramClient(user, "wrong");
        var proof = "";
        for (var i = 0; i < Times; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var first = await client.RunAsync(Start(scram.First()));
            var elapsed = Stopwatch.GetElapsedTime(started);
            var challenge = first["payload"].AsByteArray;
            // To make a proof is slow, and one for an earlier nonce is refused with the same work.
            proof = proof.Length > 0 ? proof : Encoding.UTF8.GetString(scram.Final(challenge)).Split(",p=")[1];
            started = Stopwatch.GetTimestamp();
            var last = await client.RunAsync(Continue(Encoding.UTF8.GetBytes($"c=biws,{Encoding.UTF8.GetString(challenge).Split(',')[0]},p={proof}")));
            milliseconds.Add((elapsed + Stopwatch.GetElapsedTime(started)).TotalMilliseconds);
            Assert.Equal(18, last["code"].AsInt32);
        }
    }
}
