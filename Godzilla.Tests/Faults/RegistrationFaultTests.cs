using System.Net;
using System.Net.Http.Json;

namespace Godzilla.Tests.Faults;

/// <summary>A registration whose outcome nobody knows can be tried again.</summary>
[Collection(ImpatientSystem.Name)]
public sealed class RegistrationFaultTests(ImpatientApp app)
{
    [Fact]
    public async Task ARegistrationThatFailedIsTriedAgainAndSucceedsOnce()
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

        // The store had the insert and carries it out once it goes on; its answer reaches nobody.
        await Eventually.TrueAsync(
            async () =>
            {
                using var login = await person.Http.PostAsJsonAsync("/user/login", new { username = person.Name, password = person.Password });
                return login.IsSuccessStatusCode;
            },
            "the account is there");
        using var other = await RegisterAsync(person, "not the same password");
        await Envelope.AssertAsync(HttpStatusCode.Conflict, other);
        using var again = await RegisterAsync(person, person.Password);
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);

        using var later = await RegisterAsync(person, person.Password);
        Assert.Equal("Username already exists", await Envelope.AssertAsync(HttpStatusCode.Conflict, later));
    }

    private static Task<HttpResponseMessage> RegisterAsync(Person person, string password) =>
        person.Http.PostAsJsonAsync("/user/register", new { username = person.Name, password });
}
