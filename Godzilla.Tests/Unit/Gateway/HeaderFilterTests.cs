using Godzilla.Gateway.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Godzilla.Tests.Unit.Gateway;

public sealed class HeaderFilterTests
{
    private static readonly string[] Reserved = ["X_AUTHENTICATED_", "X_FORWARDED_", "FORWARDED", "X_REAL_IP"];

    [Fact]
    public async Task NoListOfHeadersNamesAnotherUser()
    {
        // A fixed seed: the same lists every time.
        var random = new Random(20261124);
        using var services = new ServiceCollection().BuildServiceProvider();
        var app = new ApplicationBuilder(services);
        app.UseClientHeaderFilter();
        app.Run(_ => Task.CompletedTask);
        var filter = app.Build();

        for (var list = 0; list < 2000; list++)
        {
            var context = new DefaultHttpContext();
            var sent = Enumerable.Range(0, random.Next(1, 12)).Select(_ => Name(random)).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
            foreach (var name in sent)
            {
                context.Request.Headers[name] = new(Enumerable.Repeat("godzilla", random.Next(1, 3)).ToArray());
            }

            await filter(context);

            Assert.Equal(sent.Where(name => !IsReserved(name)).Order(StringComparer.Ordinal), context.Request.Headers.Keys.Order(StringComparer.Ordinal));
        }
    }

    // As a CGI-like server reads a name: upper case, and everything but letters and digits is one character.
    private static bool IsReserved(string name)
    {
        var read = string.Concat(name.Select(character => char.IsAsciiLetterOrDigit(character) ? char.ToUpperInvariant(character) : '_'));
        return read.StartsWith(Reserved[0], StringComparison.Ordinal) || read.StartsWith(Reserved[1], StringComparison.Ordinal)
            || read == Reserved[2] || read == Reserved[3];
    }

    // A reserved name or one that is close to it, each of its letters in either case and each hyphen as anything that a header may hold.
    private static string Name(Random random)
    {
        string[] names =
        [
            "X-Authenticated-User", "X-Authenticated-Session", "X-Authenticated-Signature", "X-Authenticated-", "X-Authenticated", "XX-Authenticated-User",
            "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded", "Forwarded", "Forwarded-By", "X-Real-IP", "X-Real-IPs", "Accept", "X-Request-Id",
        ];
        const string Hyphens = "-_.!#$%&'*+^`|~";
        var name = names[random.Next(names.Length)].ToCharArray();
        for (var i = 0; i < name.Length; i++)
        {
            name[i] = name[i] == '-' ? Hyphens[random.Next(Hyphens.Length)]
                : random.Next(2) == 0 ? char.ToUpperInvariant(name[i])
                : char.ToLowerInvariant(name[i]);
        }

        return new string(name);
    }
}
